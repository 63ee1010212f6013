/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_JAVA_H
#define FORMAT_JAVA_H

#include "format/legacy.h"

/*
 * The rest of the input says what is at each address of a Java profile, a line each: "0x1f com.acme.Foo.bar
 * (Foo.java:12)". Reads it and finishes the profile, in which addresses then stand for nothing and are 0.
 */
int java_finish(struct legacy *l);

#endif
