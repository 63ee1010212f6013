/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that reads binaries for assay: ELF, DWARF and machine code come from anywhere, and the libraries that
 * read them have their faults. It is started by assay with a socket as standard input, opens nothing by itself but the
 * disassembler's library, and limits what it may use before it hears of any file.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/serve.h"

/* Sanitizers reserve terabytes of address space and have much to do. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define GIB ((rlim_t)1 << 30)
#define CPU_SECONDS 600

static void set_limit(__rlimit_resource_t what, rlim_t most)
{
	struct rlimit now, wanted = { most, most };

	if (getrlimit(what, &now) == 0 && now.rlim_max < most)
		wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
	setrlimit(what, &wanted);
}

/* A quarter of the machine, as for profiles; files are looked at where they lie and take address space alone. */
static rlim_t memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	rlim_t quarter = pages > 0 && page > 0 ? (rlim_t)pages / 4 * (rlim_t)page : GIB;

	return quarter < GIB ? GIB : quarter > 8 * GIB ? 8 * GIB : quarter;
}

static void confine(void)
{
	close_range(3, ~0U, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_CPU, CPU_SECONDS);
	set_limit(RLIMIT_FSIZE, 0);
	if (SANITIZED)
		return;
	set_limit(RLIMIT_DATA, memory());
	set_limit(RLIMIT_AS, memory() + 16 * GIB);
}

static bool is_socket(int fd)
{
	int type;
	socklen_t size = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

int main(void)
{
	if (!is_socket(STDIN_FILENO)) {
		fputs("assay-symbolizer: started by assay alone, to read binaries for it\n", stderr);
		return 2;
	}
	confine();
	return serve(STDIN_FILENO) < 0 ? 2 : 0;
}
