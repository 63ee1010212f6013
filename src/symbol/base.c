/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/base.h"

#include <elf.h>

#include "base/diag.h"

#define PAGE UINT64_C(4096)
#define UPPER_HALF (UINT64_C(1) << 63) /* where kernels live */

bool base_wants_kernel(struct str path, const struct base_mapping *m)
{
	return memmem(path.p, path.len, "vmlinux", 7) || m->start % PAGE || m->limit % PAGE || m->offset % PAGE;
}

static const struct object_segment *text_segment(const struct base_image *image)
{
	for (size_t i = 0; image->has_text && i < image->n_segments; i++) {
		const struct object_segment *s = &image->segments[i];

		if (s->type == PT_LOAD && s->flags & PF_X && image->text >= s->vaddr &&
			image->text - s->vaddr < s->mem_size)
			return s;
	}
	return NULL;
}

bool base_is_debug_alone(const struct base_image *image)
{
	const struct object_segment *s = text_segment(image);

	return s && s->mem_size && !s->file_size;
}

static uint64_t page_of(uint64_t address)
{
	return address - address % PAGE;
}

static const struct object_segment *first_segment(const struct base_image *image)
{
	for (size_t i = 0; i < image->n_segments; i++)
		if (image->segments[i].type == PT_LOAD)
			return &image->segments[i];
	return NULL;
}

/* The loader maps whole pages of a segment, so that a mapping of the code has the size of its segment. */
static int debug_alone_base(
	uint64_t *base, const struct base_image *image, const struct base_mapping *m, struct assay_diag *diag)
{
	const struct object_segment *s = text_segment(image), *first = first_segment(image);
	uint64_t pages = page_of(s->vaddr % PAGE + s->mem_size + PAGE - 1);

	if (m->limit - m->start == pages)
		*base = m->start - page_of(s->vaddr);
	else if (m->offset == 0)
		*base = m->start - page_of(first->vaddr);
	else
		return diag_set(diag, ASSAY_ERR_FORMAT, "debug information alone does not say what was mapped");
	return 0;
}

/* The notations of kernel mappings; the first that fits counts. */
static bool kernel_base(
	uint64_t *base, const struct base_image *image, const struct object_segment *s, const struct base_mapping *m)
{
	bool same_page_offset = image->has_kernel && m->start % PAGE == image->kernel % PAGE;
	bool made_up = m->offset == 0 || m->offset == UINT64_C(0xc000000000000000) || m->offset == m->start;

	if (s->vaddr == m->start - m->offset)
		*base = m->offset;
	else if (m->start == 0 && m->limit != 0 && image->has_kernel)
		*base = m->start - image->kernel;
	else if (m->start >= UPPER_HALF && m->limit > m->start && made_up)
		*base = m->start - (same_page_offset ? image->kernel : s->vaddr);
	else if (m->start % PAGE && same_page_offset)
		*base = m->start - image->kernel;
	else
		return false;
	return true;
}

static int executable_base(uint64_t *base, const struct base_image *image, const struct object_segment *s,
	const struct base_mapping *m, struct assay_diag *diag)
{
	if (!s)
		*base = 0;
	else if (!image->has_kernel && m->start > 0 && m->start < UPPER_HALF)
		*base = m->start - m->offset + s->offset - s->vaddr;
	else if (kernel_base(base, image, s, m))
		return 0;
	else if (m->start == 0 && m->limit != 0 && !image->has_kernel)
		*base = m->start - s->vaddr;
	else
		return diag_set(diag, ASSAY_ERR_FORMAT, "don't know how to handle EXEC segment");
	return 0;
}

static int base_of_segment(uint64_t *base, const struct base_image *image, const struct object_segment *s,
	const struct base_mapping *m, struct assay_diag *diag)
{
	/* What readers of formats without mappings make up: all of memory, as it was linked. */
	if (m->start == 0 && m->offset == 0 && (m->limit == UINT64_MAX || m->limit == 0)) {
		*base = 0;
		return 0;
	}
	switch (image->type) {
	case ET_EXEC:
		return executable_base(base, image, s, m, diag);
	case ET_REL:
		if (m->offset)
			return diag_set(diag, ASSAY_ERR_FORMAT, "don't know how to handle mapping.Offset");
		*base = m->start;
		return 0;
	case ET_DYN:
		if (!s)
			*base = m->start - m->offset;
		else if (!kernel_base(base, image, s, m))
			*base = m->start - m->offset + s->offset - s->vaddr;
		return 0;
	}
	return diag_set(diag, ASSAY_ERR_FORMAT, "don't know how to handle FileHeader.Type %u", image->type);
}

int base_check(const struct base_image *image, const struct base_mapping *m, struct assay_diag *diag)
{
	uint64_t unused;

	return base_of_segment(&unused, image, text_segment(image), m, diag);
}

/* The mapping of bytes of the file shows some of the segment, and not just what is left over of a page at its end. */
static bool is_in_mapping(const struct object_segment *s, const struct base_mapping *m)
{
	uint64_t size = m->limit - m->start, end = m->offset + size, segment_end = s->offset + s->mem_size;
	uint64_t lead = s->align ? s->vaddr % s->align : 0, first = s->offset >= lead ? s->offset - lead : 0;

	if (s->type != PT_LOAD || !s->file_size)
		return false;
	if (m->offset >= segment_end || s->offset >= end)
		return false;
	if (first > m->offset)
		return false;
	return !(m->offset > s->offset && segment_end < m->offset + PAGE && end >= segment_end + PAGE);
}

/* Of several segments, the only one that holds the address. */
static int segment_of_address(const struct object_segment **out, const struct base_image *image,
	const struct base_mapping *m, uint64_t address, struct assay_diag *diag)
{
	uint64_t at = address - m->start + m->offset;
	const struct object_segment *found = NULL;

	for (size_t i = 0; i < image->n_segments; i++) {
		const struct object_segment *s = &image->segments[i];

		if (!is_in_mapping(s, m) || at < s->offset || at - s->offset >= s->mem_size)
			continue;
		if (found)
			return diag_set(
				diag, ASSAY_ERR_FORMAT, "several segments hold offset 0x%llx", (unsigned long long)at);
		found = s;
	}
	if (!found)
		return diag_set(diag, ASSAY_ERR_FORMAT, "no segment holds offset 0x%llx", (unsigned long long)at);
	*out = found;
	return 0;
}

static int find_segment(const struct object_segment **out, const struct base_image *image, const struct base_mapping *m,
	uint64_t address, struct assay_diag *diag)
{
	size_t n_loads = 0, n = 0;

	for (size_t i = 0; i < image->n_segments; i++) {
		const struct object_segment *s = &image->segments[i];

		n_loads += s->type == PT_LOAD;
		if (!is_in_mapping(s, m))
			continue;
		*out = s;
		n++;
	}
	if (!n_loads) {
		*out = NULL;
		return 0;
	}
	if (!n)
		return diag_set(diag, ASSAY_ERR_FORMAT, "no segment is mapped from offset 0x%llx",
			(unsigned long long)m->offset);
	return n == 1 ? 0 : segment_of_address(out, image, m, address, diag);
}

int base_find(uint64_t *base, const struct base_image *image, const struct base_mapping *m, uint64_t address,
	struct assay_diag *diag)
{
	const struct object_segment *s = NULL;
	int err = 0;

	if (address < m->start || address >= m->limit)
		return diag_set(
			diag, ASSAY_ERR_FORMAT, "address 0x%llx is outside the mapping", (unsigned long long)address);
	if (!image->has_kernel && m->limit < UPPER_HALF && base_is_debug_alone(image))
		return debug_alone_base(base, image, m, diag);
	if (image->has_kernel || m->start >= m->limit || m->limit >= UPPER_HALF)
		s = text_segment(image);
	else
		err = find_segment(&s, image, m, address, diag);
	return err ? err : base_of_segment(base, image, s, m, diag);
}
