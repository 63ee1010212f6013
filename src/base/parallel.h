/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

/* Shares that can be worked on at once: the processors that this process may use, within reason. */
#define PARALLEL_MAX 8
size_t parallel_width(void);

/*
 * Begins a struct of what one share writes while it works: two of them in a row must not have a line of the cache in
 * common, or each thread waits for the other's writes. Processors fetch lines in pairs.
 */
#define PARALLEL_ALIGN _Alignas(128)

/*
 * Calls work once with each of n arguments of the given size, at most PARALLEL_MAX, each in a thread of its own where
 * the system has one to give, and returns when all are done. What they compute must not depend on who comes first.
 */
void parallel_run(void (*work)(void *), void *arguments, size_t size, size_t n);

#endif
