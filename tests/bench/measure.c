/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure OUTPUT COMMAND [ARG]...: runs a command with its output in a file and prints wall time and processor time
 * (user and system) in nanoseconds, peak memory in bytes, and status.
 *
 * Linux counts the memory a process had before exec into its peak, also when it was made by vfork. A child of the
 * python script that drives the benchmarks would never seem smaller than python; this program is small enough.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long cpu_ns(const struct rusage *u)
{
	return (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000000LL +
	       (u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1000LL;
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	long long start, wall;
	int err, status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: measure OUTPUT COMMAND [ARG]...\n");
		return 2;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
	start = now_ns();
	err = posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ);
	if (err) {
		fprintf(stderr, "measure: cannot run '%s': %s\n", argv[2], strerror(err));
		return 2;
	}
	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return 2;
	wall = now_ns() - start;
	printf("%lld %lld %lld %d\n", wall, cpu_ns(&usage), usage.ru_maxrss * 1024LL,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
