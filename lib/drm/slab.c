/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * slab.c - memory of a driver's own: a block of the machine's arena behind a head
 * that knows its size, since whoever frees it does not say.
 * Models: mm/slab_common.c, mm/util.c, 6.1.
 */
#include "drm/internal.h"

#define KMALLOC_MAX (1UL << 32)

struct head {
	size_t size;		/* as asked for */
	uint64_t pad;		/* what follows is aligned to 16 */
};

struct kmem_cache {
	size_t size;
	long nr;		/* a: objects that are handed out */
	void (*ctor)(void *object);
};

static struct head *head_of(const void *ptr)
{
	return (struct head *)(uintptr_t)ptr - 1;
}

void *kmalloc(size_t size, gfp_t flags)
{
	struct sim_machine *machine = sim_current_machine();
	struct head *head;

	if (!size)
		return ZERO_SIZE_PTR;
	if (!machine || sim_enter(machine) || size > KMALLOC_MAX)
		return NULL;
	head = flags & __GFP_ZERO ? sim_alloc(machine, sizeof(*head) + size, SIM_OBJ_MISC)
				  : sim_alloc_raw(machine, sizeof(*head) + size, SIM_OBJ_MISC);
	if (!head)
		return NULL;
	head->size = size;
	return head + 1;
}

void kfree(const void *ptr)
{
	if (!ZERO_OR_NULL_PTR(ptr))
		sim_free(head_of(ptr), sizeof(struct head) + head_of(ptr)->size, SIM_OBJ_MISC);
}

size_t ksize(const void *ptr)
{
	return ZERO_OR_NULL_PTR(ptr) ? 0 : head_of(ptr)->size;
}

void *krealloc(const void *ptr, size_t new_size, gfp_t flags)
{
	size_t old_size = ksize(ptr);
	void *ret;

	if (!new_size) {
		kfree(ptr);
		return ZERO_SIZE_PTR;
	}
	ret = kmalloc(new_size, flags);
	if (ret && old_size)
		memcpy(ret, ptr, old_size < new_size ? old_size : new_size);
	if (ret)
		kfree(ptr);
	return ret;
}

void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, flags);
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *ret = kmalloc(len, gfp);

	if (!ZERO_OR_NULL_PTR(ret))
		memcpy(ret, src, len);
	return ret;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     unsigned int flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = kmalloc(sizeof(*cache), GFP_KERNEL | __GFP_ZERO);

	(void)name, (void)align, (void)flags;
	if (!cache)
		return NULL;
	cache->size = size;
	cache->ctor = ctor;
	return cache;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	void *object = kmalloc(cache->size, flags);

	if (!object)
		return NULL;
	__atomic_fetch_add(&cache->nr, 1, __ATOMIC_RELAXED);
	if (cache->ctor)
		cache->ctor(object);
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	if (!object)
		return;
	__atomic_fetch_sub(&cache->nr, 1, __ATOMIC_RELAXED);
	kfree(object);
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	long objects_remaining;

	if (!cache)
		return;
	objects_remaining = __atomic_load_n(&cache->nr, __ATOMIC_RELAXED);
	(void)SIM_WARN_ON(sim_machine_of(cache), "mm/slab_common.c", objects_remaining != 0);
	kfree(cache);
}
