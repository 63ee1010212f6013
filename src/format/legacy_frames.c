/* SPDX-License-Identifier: Apache-2.0 */
#include "format/legacy_frames.h"

/* Allocators: the C library's, TCMalloc's, the zones of OS X, Go's, and what lies between them and their callers. */
static const char alloc[] =
	"calloc|cfree|malloc|free|memalign|do_memalign|(__)?posix_memalign|pvalloc|valloc|realloc|tcmalloc::.*|"
	"tc_calloc|tc_cfree|tc_malloc|tc_free|tc_memalign|tc_posix_memalign|tc_pvalloc|tc_valloc|tc_realloc|"
	"tc_new|tc_delete|tc_newarray|tc_deletearray|tc_new_nothrow|tc_newarray_nothrow|malloc_zone_malloc|"
	"malloc_zone_calloc|malloc_zone_valloc|malloc_zone_realloc|malloc_zone_memalign|malloc_zone_free|"
	"runtime\\..*|BaseArena::.*|(::)?do_malloc_no_errno|(::)?do_malloc_pages|(::)?do_malloc|"
	"DoSampledAllocation|MallocedMemBlock::MallocedMemBlock|_M_allocate|__builtin_(vec_)?delete|"
	"__builtin_(vec_)?new|__gnu_cxx::new_allocator::allocate|__libc_malloc|__malloc_alloc_template::allocate|"
	"allocate|cpp_alloc|operator new(\\[\\])?|simple_alloc::allocate";

/* What of Go's runtime is of interest where the rest is not. */
static const char alloc_keep[] = "runtime\\.panic|runtime\\.reflectcall|runtime\\.call[0-9]*";

/* The profiler's own way through a signal. */
static const char cpu[] =
	"ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler|__restore";

/* Locks, and how they report what they waited for. */
static const char lock[] =
	"RecordLockProfileData|(base::)?RecordLockProfileData.*|(base::)?SubmitMutexProfileData.*|"
	"(base::)?SubmitSpinLockProfileData.*|(base::Mutex::)?AwaitCommon.*|(base::Mutex::)?Unlock.*|"
	"(base::Mutex::)?UnlockSlow.*|(base::Mutex::)?ReaderUnlock.*|(base::MutexLock::)?~MutexLock.*|"
	"(Mutex::)?AwaitCommon.*|(Mutex::)?Unlock.*|(Mutex::)?UnlockSlow.*|(Mutex::)?ReaderUnlock.*|"
	"(MutexLock::)?~MutexLock.*|(SpinLock::)?Unlock.*|(SpinLock::)?SlowUnlock.*|"
	"(SpinLockHolder::)?~SpinLockHolder.*";

/* By the names of all sample types. */
static const struct {
	const char *types[4];
	struct legacy_frames frames;
} rows[] = {
	{ { "allocations", "size" }, { alloc, alloc_keep } },
	{ { "objects", "space" }, { alloc, alloc_keep } },
	{ { "inuse_objects", "inuse_space" }, { alloc, alloc_keep } },
	{ { "alloc_objects", "alloc_space" }, { alloc, alloc_keep } },
	{ { "alloc_objects", "alloc_space", "inuse_objects", "inuse_space" }, { alloc, alloc_keep } },
	{ { "contentions", "delay" }, { lock, "" } },
};

static bool has_types(const struct assay_profile *p, const char *const types[4])
{
	size_t n = 0;

	for (; n < 4 && types[n]; n++)
		if (n >= profile_n_types(p) ||
			!str_equal(profile_str(p, p->sample_types.items[n].type), str_of(types[n])))
			return false;
	return n == profile_n_types(p);
}

const struct legacy_frames *legacy_frames_of(const struct assay_profile *p)
{
	static const struct legacy_frames others = { cpu, "" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (has_types(p, rows[i].types))
			return &rows[i].frames;
	return &others;
}
