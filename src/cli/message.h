/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

/*
 * Lines on standard error. Whatever they quote from a profile or a file name is escaped. On a terminal they are red,
 * unless NO_COLOR is set or the terminal is dumb.
 */

void message(const char *text);
void messagef(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
