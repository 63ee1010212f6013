/* SPDX-License-Identifier: Apache-2.0 */
#include "base/md5.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The sums of RFC 1321, and of lengths around the end of a block, as md5sum has them. */
static const struct {
	size_t repeat;
	const char *text, *sum;
} cases[] = {
	{ 1, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ 1, "a", "0cc175b9c0f1b6a831c399e269772661" },
	{ 1, "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ 1, "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ 1, "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
	{ 8, "1234567890", "57edf4a22be3c955ac49da2e2107b67a" },
	{ 55, "x", "04364420e25c512fd958a70738aa8f72" },
	{ 56, "x", "668a72d5ba17f08e62dabcafad6db14b" },
	{ 63, "x", "7dc2ca208106a2f703567bdff99d8981" },
	{ 64, "x", "c1bb4f81d892b2d57947682aeb252456" },
	{ 1000, "x", "398533d48111e9f664b1f64cb10c4b63" },
};

Test(md5, sums_are_those_of_the_standard)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char bytes[1024] = "", hex[33];
		uint8_t sum[MD5_SIZE];

		for (size_t k = 0; k < cases[i].repeat; k++)
			memcpy(bytes + k * strlen(cases[i].text), cases[i].text, strlen(cases[i].text));
		md5((struct str){ bytes, cases[i].repeat * strlen(cases[i].text) }, sum);
		for (size_t k = 0; k < MD5_SIZE; k++)
			snprintf(hex + 2 * k, 3, "%02x", sum[k]);
		cr_expect_str_eq(hex, cases[i].sum, "case %zu: %s", i, hex);
	}
}
