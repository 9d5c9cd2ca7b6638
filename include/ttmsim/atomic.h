/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * atomic.h - atomic counters, reference counts and bits, under their kernel names.
 *
 * Functions that return a value are full barriers, the others are relaxed.
 * Models: include/linux/atomic.h, refcount.h, bitops.h, 5.11 to 6.12.
 */
#ifndef TTMSIM_ATOMIC_H
#define TTMSIM_ATOMIC_H

#include <ttmsim/base.h>

SIM_BEGIN_DECLS

typedef struct {
	int64_t counter;
} atomic64_t;

#define ATOMIC_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }

#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

/*
 * The operations on one type: @name_read() and so on. Those that <stdatomic.h> has
 * too (atomic_fetch_add) as macros are made below.
 */
#define SIM_ATOMIC_OPS(name, type, word) \
static inline word name##_read(const type *v) \
{ \
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED); \
} \
static inline word name##_read_acquire(const type *v) \
{ \
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE); \
} \
static inline void name##_set(type *v, word i) \
{ \
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED); \
} \
static inline void name##_set_release(type *v, word i) \
{ \
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE); \
} \
static inline word name##_add_return(word i, type *v) \
{ \
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST); \
} \
static inline word name##_sub_return(word i, type *v) \
{ \
	return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST); \
} \
static inline void name##_add(word i, type *v) \
{ \
	__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED); \
} \
static inline void name##_sub(word i, type *v) \
{ \
	__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED); \
} \
static inline void name##_or(word i, type *v) \
{ \
	__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED); \
} \
static inline void name##_and(word i, type *v) \
{ \
	__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED); \
} \
static inline void name##_inc(type *v) \
{ \
	name##_add(1, v); \
} \
static inline void name##_dec(type *v) \
{ \
	name##_sub(1, v); \
} \
static inline word name##_inc_return(type *v) \
{ \
	return name##_add_return(1, v); \
} \
static inline word name##_dec_return(type *v) \
{ \
	return name##_sub_return(1, v); \
} \
static inline bool name##_inc_and_test(type *v) \
{ \
	return name##_inc_return(v) == 0; \
} \
static inline bool name##_dec_and_test(type *v) \
{ \
	return name##_dec_return(v) == 0; \
} \
static inline bool name##_sub_and_test(word i, type *v) \
{ \
	return name##_sub_return(i, v) == 0; \
} \
static inline word name##_xchg(type *v, word i) \
{ \
	return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST); \
} \
static inline bool name##_try_cmpxchg(type *v, word *old, word i) \
{ \
	return __atomic_compare_exchange_n(&v->counter, old, i, false, __ATOMIC_SEQ_CST, \
					   __ATOMIC_RELAXED); \
} \
static inline word name##_cmpxchg(type *v, word old, word i) \
{ \
	name##_try_cmpxchg(v, &old, i); \
	return old; \
} \
static inline word name##_fetch_add_unless(type *v, word a, word u) \
{ \
	word old = name##_read(v); \
	do { \
		if (old == u) \
			break; \
	} while (!name##_try_cmpxchg(v, &old, old + a)); \
	return old; \
} \
static inline bool name##_add_unless(type *v, word a, word u) \
{ \
	return name##_fetch_add_unless(v, a, u) != u; \
} \
static inline bool name##_inc_not_zero(type *v) \
{ \
	return name##_add_unless(v, 1, 0); \
}

SIM_ATOMIC_OPS(atomic, atomic_t, int)
SIM_ATOMIC_OPS(atomic64, atomic64_t, int64_t)
SIM_ATOMIC_OPS(atomic_long, atomic_long_t, long)

#ifndef atomic_fetch_add
static inline int atomic_fetch_add(int i, atomic_t *v)
{
	return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline int atomic_fetch_sub(int i, atomic_t *v)
{
	return __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST);
}
#endif

static inline int atomic_fetch_inc(atomic_t *v)
{
	return __atomic_fetch_add(&v->counter, 1, __ATOMIC_SEQ_CST);
}

static inline int64_t atomic64_fetch_add(int64_t i, atomic64_t *v)
{
	return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);
}

/* ------------------------------------------------- reference counts ------ */

typedef struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n) { ATOMIC_INIT(n) }

/* What a count that went wrong stays at. Models: include/linux/refcount.h, 6.1. */
#define REFCOUNT_SATURATED (-0x7fffffff - 1 + 0x40000000)

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

/**
 * refcount_inc - one more; from 0: SIM_WARN, and the count is saturated
 *
 * Models: include/linux/refcount.h, refcount_inc, lib/refcount.c, 6.1.
 */
SIM_API void refcount_inc(refcount_t *r);

/**
 * refcount_inc_not_zero - one more, unless there is none
 *
 * Returns: true;
 *          false where the count was 0.
 */
SIM_API bool refcount_inc_not_zero(refcount_t *r);

/**
 * refcount_dec_and_test - one less; below 0: SIM_WARN, and the count is saturated
 *
 * Returns: true where none is left.
 */
SIM_API bool refcount_dec_and_test(refcount_t *r);

/**
 * refcount_dec - one less; where none is left: SIM_WARN, and the count is saturated
 */
SIM_API void refcount_dec(refcount_t *r);

/* ------------------------------------------------------------ bits ------- */

#define BITS_PER_BYTE 8
#ifndef BITS_PER_LONG
#define BITS_PER_LONG ((int)(8 * sizeof(long)))
#endif
#ifndef BIT
#define BIT(nr) (1UL << (nr))
#endif
#define BIT_ULL(nr) (1ULL << (nr))
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline void set_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_RELAXED);
}

static inline void clear_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_RELAXED);
}

static inline void clear_bit_unlock(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_RELEASE);
}

static inline void change_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_xor(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_RELAXED);
}

static inline bool test_bit(long nr, const volatile unsigned long *addr)
{
	return (__atomic_load_n(addr + BIT_WORD(nr), __ATOMIC_RELAXED) & BIT_MASK(nr)) != 0;
}

static inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_SEQ_CST) &
		BIT_MASK(nr)) != 0;
}

static inline bool test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_SEQ_CST) &
		BIT_MASK(nr)) != 0;
}

static inline void __set_bit(long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

/* Without a bit set: 0 for the fls family; __ffs() and __fls() want one. */
static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline int fls64(uint64_t x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static inline unsigned long __fls(unsigned long word)
{
	return (unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(word));
}

static inline unsigned int hweight32(uint32_t w)
{
	return (unsigned int)__builtin_popcount(w);
}

static inline unsigned int hweight64(uint64_t w)
{
	return (unsigned int)__builtin_popcountll(w);
}

#define ilog2(n) (fls64(n) - 1)

static inline bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return 1UL << fls64(n - 1);
}

static inline unsigned long rounddown_pow_of_two(unsigned long n)
{
	return 1UL << (fls64(n) - 1);
}

static inline int order_base_2(unsigned long n)
{
	return n > 1 ? fls64(n - 1) : 0;
}

SIM_END_DECLS

#endif
