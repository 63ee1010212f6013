/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A main for a harness without a fuzzer: runs it once on each file, and on each file of each folder, that is named as
 * an argument. So seeds and what was found once are tried again by every `meson test`, whatever the compiler.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"

static unsigned n_inputs;

static int complain(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return -1;
}

/* To the end of a file that is small; the block is as long as the file, so that a look beyond its end is seen. */
static uint8_t *read_whole(FILE *file, size_t size, size_t *len)
{
	uint8_t *data = malloc(size ? size : 1);

	if (data)
		*len = fread(data, 1, size, file);
	return data;
}

static int replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t len = 0;

	if (!file)
		return complain(path);
	data = read_whole(file, size, &len);
	fclose(file);
	if (!data || len != size) {
		free(data);
		return complain(path);
	}
	/* Before it runs: the last line names what ended the program. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, len);
	n_inputs++;
	free(data);
	return 0;
}

static int replay(const char *path);

static int replay_folder(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort), err = 0;

	if (n < 0)
		return complain(path);
	for (int i = 0; i < n; i++) {
		char *inner = NULL;

		if (entries[i]->d_name[0] != '.') {
			if (asprintf(&inner, "%s/%s", path, entries[i]->d_name) < 0)
				err = -1;
			else if (replay(inner) < 0)
				err = -1;
			free(inner);
		}
		free(entries[i]);
	}
	free(entries);
	return err;
}

static int replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return complain(path);
	return S_ISDIR(st.st_mode) ? replay_folder(path) : replay_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	int err = 0;

	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) < 0)
			err = 1;
	printf("%u inputs\n", n_inputs);
	return err || !n_inputs;
}
