/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_MESSAGE_H
#define APP_MESSAGE_H

#include "base/str.h"

/*
 * Lines on standard error. Whatever they quote from a profile or a file name is escaped. On a terminal they are red,
 * unless NO_COLOR is set or the terminal is dumb.
 */

void message(const char *text);
void messagef(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Text that is no complaint, such as help: whole lines, escaped already where they need be, and never red. */
void message_text(struct str text);

#endif
