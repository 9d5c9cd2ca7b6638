/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * slab.h - memory of a driver's own, under its kernel names.
 *
 * It lies in the arena of the current task's machine: so it is part of snapshots,
 * counts as a live object (SIM_OBJ_MISC) until it is freed, and can be made to fail
 * (sim_fail_alloc()). Without a current task there is none to be had.
 */
#ifndef TTMSIM_SLAB_H
#define TTMSIM_SLAB_H

#include <ttmsim/base.h>

SIM_BEGIN_DECLS

/* Models: include/linux/gfp_types.h, 6.1. None but __GFP_ZERO changes anything. */
#define __GFP_DMA 0x01u
#define __GFP_HIGHMEM 0x02u
#define __GFP_DMA32 0x04u
#define __GFP_MOVABLE 0x08u
#define __GFP_HIGH 0x20u
#define __GFP_NOWARN 0x2000u
#define __GFP_RETRY_MAYFAIL 0x4000u
#define __GFP_NOFAIL 0x8000u
#define __GFP_NORETRY 0x10000u
#define __GFP_COMP 0x40000u
#define __GFP_NOMEMALLOC 0x80000u
#define __GFP_HARDWALL 0x100000u
#define __GFP_ACCOUNT 0x400000u
#define GFP_NOWAIT 0x800u
#define GFP_NOIO 0xc00u
#define GFP_NOFS 0xc40u
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_USER (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_DMA32 __GFP_DMA32
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)

/* What an allocation of no bytes is. */
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((uintptr_t)(x) <= (uintptr_t)ZERO_SIZE_PTR)

/**
 * kmalloc - memory of @size bytes, aligned to 16
 *
 * Returns: it, all zero with __GFP_ZERO;
 *          ZERO_SIZE_PTR where @size is 0;
 *          NULL, no memory, or no current task.
 * Models: include/linux/slab.h, kmalloc, 6.1.
 */
SIM_API void *kmalloc(size_t size, gfp_t flags);

/**
 * kfree - give memory back; NULL, ZERO_SIZE_PTR: nothing
 */
SIM_API void kfree(const void *ptr);

/**
 * ksize - how many bytes an allocation has
 */
SIM_API size_t ksize(const void *ptr);

/**
 * krealloc - the same memory with another size
 *
 * Returns: as kmalloc(); on NULL @ptr stays.
 * Models: mm/slab_common.c, krealloc, 6.1.
 */
SIM_API void *krealloc(const void *ptr, size_t new_size, gfp_t flags);

/**
 * kmalloc_array - memory for @n elements
 *
 * Returns: as kmalloc(); NULL where the product overflows.
 */
SIM_API void *kmalloc_array(size_t n, size_t size, gfp_t flags);

/**
 * kmemdup - a copy of memory
 *
 * Returns: as kmalloc().
 */
SIM_API void *kmemdup(const void *src, size_t len, gfp_t gfp);

/**
 * kstrdup - a copy of a string; NULL is passed on
 *
 * Returns: it;
 *          NULL, no memory.
 */
SIM_API char *kstrdup(const char *s, gfp_t gfp);

static inline void *kzalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags | __GFP_ZERO);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}

#define kvmalloc(size, flags) kmalloc(size, flags)
#define kvzalloc(size, flags) kzalloc(size, flags)
#define kvmalloc_array(n, size, flags) kmalloc_array(n, size, flags)
#define kvcalloc(n, size, flags) kcalloc(n, size, flags)
#define kvfree(ptr) kfree(ptr)
#define kfree_sensitive(ptr) kfree(ptr)

/* Models: include/linux/slab.h, 6.1. */
struct kmem_cache;

#define SLAB_HWCACHE_ALIGN 0x2000u

/**
 * kmem_cache_create - a kind of objects of one size
 * @ctor: called for each object that is handed out; may be NULL
 *
 * Returns: the cache;
 *          NULL, no memory, or no current task.
 */
SIM_API struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
					     unsigned int align, unsigned int flags,
					     void (*ctor)(void *object));

/**
 * kmem_cache_alloc - an object of a cache
 *
 * Returns: it;
 *          NULL, no memory.
 */
SIM_API void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags);

/**
 * kmem_cache_free - give an object back
 */
SIM_API void kmem_cache_free(struct kmem_cache *cache, void *object);

/**
 * kmem_cache_destroy - end of a cache; with objects left: SIM_WARN
 *
 * Models: mm/slab_common.c, kmem_cache_destroy, 6.1.
 */
SIM_API void kmem_cache_destroy(struct kmem_cache *cache);

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags)
{
	return kmem_cache_alloc(cache, flags | __GFP_ZERO);
}

#define KMEM_CACHE(tag, flags) \
	kmem_cache_create(#tag, sizeof(struct tag), __alignof__(struct tag), flags, NULL)

SIM_END_DECLS

#endif
