/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gup_args.h - what get_user_pages() and its kin take in the release that TTMSIM_LINUX
 * says (<ttmsim/linux.h>). <ttmsim/gup.h> alone declares them with vmas.
 */
#ifndef TTMSIM_GUP_ARGS_H
#define TTMSIM_GUP_ARGS_H

#include <ttmsim/gup.h>
#include <ttmsim/linux.h>

/* From 6.5 on without vmas. */
#if defined(SIM_LINUX_NOT_CHOSEN)
#define SIM_PAGES_VMAS(pages, vmas, ...) pages, vmas
#define SIM_PAGES_LOCKED(pages, locked) pages, NULL, locked
#define SIM_PAGES_VMAS_LOCKED(pages, vmas, locked) pages, vmas, locked
#define SIM_THIRD_OF(a, b, c, form, ...) form
#define get_user_pages(start, nr_pages, gup_flags, ...) \
	get_user_pages(start, nr_pages, gup_flags, SIM_PAGES_VMAS(__VA_ARGS__, NULL, 0))
#define pin_user_pages(start, nr_pages, gup_flags, ...) \
	pin_user_pages(start, nr_pages, gup_flags, SIM_PAGES_VMAS(__VA_ARGS__, NULL, 0))
#define pin_user_pages_remote(mm, start, nr_pages, gup_flags, ...) \
	pin_user_pages_remote(mm, start, nr_pages, gup_flags, \
			      SIM_THIRD_OF(__VA_ARGS__, SIM_PAGES_VMAS_LOCKED, \
					   SIM_PAGES_LOCKED, 0)(__VA_ARGS__))
#elif TTMSIM_LINUX >= KERNEL_VERSION(6, 5, 0)
#define get_user_pages(start, nr_pages, gup_flags, pages) \
	get_user_pages(start, nr_pages, gup_flags, pages, NULL)
#define pin_user_pages(start, nr_pages, gup_flags, pages) \
	pin_user_pages(start, nr_pages, gup_flags, pages, NULL)
#define pin_user_pages_remote(mm, start, nr_pages, gup_flags, pages, locked) \
	pin_user_pages_remote(mm, start, nr_pages, gup_flags, pages, NULL, locked)
#endif

#endif
