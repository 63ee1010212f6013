/* SPDX-License-Identifier: Apache-2.0 */
/* hot() takes four times as long as warm(), and all of that in loops whose body is inlined. */
#ifdef __cplusplus
extern "C" {
#endif
unsigned long hot(unsigned long n);
unsigned long warm(unsigned long n);
#ifdef __cplusplus
}
#endif
