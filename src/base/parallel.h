/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include <stddef.h>

/* Shares that can be worked on at once: the processors that this process may use, within reason. */
#define PARALLEL_MAX 8
size_t parallel_width(void);

/*
 * Calls work once with each of n arguments of the given size, at most PARALLEL_MAX, each in a thread of its own where
 * the system has one to give, and returns when all are done. What they compute must not depend on who comes first.
 */
void parallel_run(void (*work)(void *), void *arguments, size_t size, size_t n);

#endif
