/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_GO_GOROUTINES_H
#define FORMAT_GO_GOROUTINES_H

#include "format/formats.h"

/*
 * The stacks of all goroutines as the Go runtime writes them when a program dies, and as its server gives them out
 * under /debug/pprof/goroutine?debug=2:
 *
 *     goroutine 12 [chan receive, 5 minutes]:
 *     main.(*pool).run.func1(0xc000012345, {0x1, 0x2})
 *     	/src/pool.go:40 +0x1d
 *     created by main.(*pool).run in goroutine 1
 *     	/src/pool.go:38 +0x56
 *
 * Such a block may stand anywhere in a log; what stands around them is passed over.
 */
int go_goroutines_read(
	struct profile_builder *b, struct bytes *bytes, bool *mine, struct assay_ctx *ctx, struct assay_diag *diag);

#endif
