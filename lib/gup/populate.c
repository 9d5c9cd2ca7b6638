/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * populate.c - the slow walk without pages, as the vma floor asks for it.
 */
#include "gup/internal.h"
#include "vma/gup_ops.h"

static unsigned int populate_flags(bool write, bool force)
{
	return FOLL_TOUCH | (write ? FOLL_WRITE : 0) | (force ? FOLL_FORCE : 0);
}

static int check(const struct vm_area_struct *vma, bool write, bool force)
{
	return check_vma_flags(vma, populate_flags(write, force));
}

static long populate(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, bool write,
		     bool force, int *locked)
{
	return gup_without_pages(mm, start, nr_pages, populate_flags(write, force), locked);
}

const struct sim_gup_ops sim_gup_ops = {
	.check = check,
	.populate = populate,
};
