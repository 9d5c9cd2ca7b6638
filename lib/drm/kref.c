/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * kref.c - reference counts. One that went wrong stays at REFCOUNT_SATURATED, so
 * that what it counts is leaked, never freed under somebody.
 * Models: include/linux/kref.h, include/linux/refcount.h, lib/refcount.c, 6.1.
 */
#include "drm/internal.h"

/* Models: lib/refcount.c, refcount_warn_saturate, 6.1. */
static void saturate(refcount_t *r, const char *condition)
{
	struct sim_machine *machine = sim_current_machine();

	refcount_set(r, REFCOUNT_SATURATED);
	if (machine)
		sim_outcome_record(machine, SIM_WARN, "lib/refcount.c", "refcount_warn_saturate",
				   condition);
}

void refcount_inc(refcount_t *r)
{
	int old = __atomic_fetch_add(&r->refs.counter, 1, __ATOMIC_RELAXED);

	if (unlikely(!old))
		saturate(r, "addition on 0; use-after-free");
	else if (unlikely(old < 0 || old == INT32_MAX))
		saturate(r, "saturated; leaking memory");
}

bool refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_fetch_add_unless(&r->refs, 1, 0);

	if (unlikely(old < 0 || old == INT32_MAX))
		saturate(r, "saturated; leaking memory");
	return old != 0;
}

bool refcount_dec_and_test(refcount_t *r)
{
	int old = __atomic_fetch_sub(&r->refs.counter, 1, __ATOMIC_ACQ_REL);

	if (old == 1)
		return true;
	if (unlikely(old <= 0))
		saturate(r, "underflow; use-after-free");
	return false;
}

void refcount_dec(refcount_t *r)
{
	int old = __atomic_fetch_sub(&r->refs.counter, 1, __ATOMIC_RELEASE);

	if (unlikely(old <= 1))
		saturate(r, "decrement hit 0; leaking memory");
}

void kref_init(struct kref *kref)
{
	refcount_set(&kref->refcount, 1);
}

unsigned int kref_read(const struct kref *kref)
{
	return refcount_read(&kref->refcount);
}

void kref_get(struct kref *kref)
{
	refcount_inc(&kref->refcount);
}

int kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	if (!refcount_dec_and_test(&kref->refcount))
		return 0;
	release(kref);
	return 1;
}

int kref_get_unless_zero(struct kref *kref)
{
	return refcount_inc_not_zero(&kref->refcount);
}
