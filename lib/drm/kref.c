/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* kref.c - reference counts. Models: include/linux/kref.h, lib/refcount.c, 6.1. */
#include "drm/internal.h"

void kref_init(struct kref *kref)
{
	__atomic_store_n(&kref->refcount.refs.counter, 1, __ATOMIC_RELAXED);
}

unsigned int kref_read(const struct kref *kref)
{
	return (unsigned int)__atomic_load_n(&kref->refcount.refs.counter, __ATOMIC_RELAXED);
}

void kref_get(struct kref *kref)
{
	__atomic_fetch_add(&kref->refcount.refs.counter, 1, __ATOMIC_RELAXED);
}

/* Add @step unless the count is 0. Returns the new count, -1 where it was 0. */
static int kref_add_unless_zero(struct kref *kref, int step)
{
	int *counter = &kref->refcount.refs.counter;
	int old = __atomic_load_n(counter, __ATOMIC_RELAXED);

	do {
		if (old <= 0)
			return -1;
	} while (!__atomic_compare_exchange_n(counter, &old, old + step, true,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return old + step;
}

int kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	if (kref_add_unless_zero(kref, -1) != 0)
		return 0;
	release(kref);
	return 1;
}

int kref_get_unless_zero(struct kref *kref)
{
	return kref_add_unless_zero(kref, 1) > 0;
}
