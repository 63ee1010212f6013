// SPDX-License-Identifier: Apache-2.0
// Every public header compiles as C++, twice over, and links.
#include <assay/error.h>
#include <assay/profile.h>
#include <assay/report.h>

#include <assay/error.h>
#include <assay/profile.h>
#include <assay/report.h>

#include <cstring>

int main()
{
	assay_ctx ctx = {};
	assay_diag diag = {};
	assay_profile *profile = nullptr;
	int err = assay_profile_parse(&profile, "", 0, &ctx, &diag);

	assay_profile_free(profile);
	return err < 0 && diag.code == err && std::strlen(diag.text) ? 0 : 1;
}
