/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * kernel.h - the language that kernel code is written in: short types, error
 * pointers, warnings, rounding, printing.
 *
 * Macros whose names are ordinary words (min, swap, likely) are for C alone: C++'s
 * standard headers have functions of those names.
 */
#ifndef TTMSIM_KERNEL_H
#define TTMSIM_KERNEL_H

#include <errno.h>
#include <string.h>

#include <ttmsim/atomic.h>
#include <ttmsim/linux.h>
#include <ttmsim/list.h>

SIM_BEGIN_DECLS

/* ------------------------------------------------------------ types ------ */

/* 64 bits as uint64_t has them, so that pointers to either are the same. */
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef uint64_t dma_addr_t;

#define U8_MAX ((u8)~0U)
#define U16_MAX ((u16)~0U)
#define U32_MAX ((u32)~0U)
#define S32_MAX ((s32)(U32_MAX >> 1))
#define U64_MAX ((u64)~0ULL)
#define S64_MAX ((s64)(U64_MAX >> 1))

#define EXPORT_SYMBOL(name) struct sim_exported_##name
#define EXPORT_SYMBOL_GPL(name) EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_FOR_TESTS_ONLY(name) EXPORT_SYMBOL(name)
#define MODULE_LICENSE(text) struct sim_module_license
#define MODULE_DESCRIPTION(text) struct sim_module_description
#define MODULE_AUTHOR(text) struct sim_module_author
#define THIS_MODULE ((struct module *)NULL)
#define IS_ENABLED(option) 0

struct module;
struct device;

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) (*(volatile __typeof__(x) *)&(x) = (val))
#define BUILD_BUG_ON(cond) ((void)sizeof(char[1 - 2 * !!(cond)]))
#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]))
#define typeof_member(T, m) __typeof__(((T *)0)->m)
#define sizeof_field(T, m) sizeof(((T *)0)->m)
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof((p)->member[0]) * (size_t)(n))
#define lower_32_bits(n) ((u32)((n) & 0xffffffff))
#define upper_32_bits(n) ((u32)(((u64)(n)) >> 32))

/* ---------------------------------------------------- error pointers ----- */

/* Errors that user space never sees. Models: include/linux/errno.h, 6.1. */
#ifndef ERESTARTSYS
#define ERESTARTSYS 512
#endif
#define ERESTARTNOINTR 513
#define EPROBE_DEFER 517
#define ENOTSUPP 524

#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) ((uintptr_t)(x) >= (uintptr_t)-MAX_ERRNO)

static inline void *ERR_PTR(long error)
{
	return (void *)(intptr_t)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)(intptr_t)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE(ptr);
}

static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR(ptr);
}

static inline void *ERR_CAST(const void *ptr)
{
	return (void *)(uintptr_t)ptr;
}

static inline int PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0;
}

/* ---------------------------------------------------------- rounding ----- */

#define ALIGN(x, a) (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((unsigned long long)(n), d)
#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))((y) - 1)))
#define roundup(x, y) ((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y) ((x) - (x) % (y))

#ifndef __cplusplus

/* Annotations that a compiler does without. In C++ the library uses such names. */
#define __iomem
#define __rcu
#define __force
#define __percpu
#define __must_check __attribute__((warn_unused_result))
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __printf(a, b) __attribute__((format(printf, a, b)))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define __init
#define __exit
#define __acquires(x)
#define __releases(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#ifndef __user
#define __user
#endif

#ifndef likely
#define likely(cond) __builtin_expect(!!(cond), 1)
#define unlikely(cond) __builtin_expect(!!(cond), 0)
#endif
#define fallthrough __attribute__((__fallthrough__))
#define barrier() __asm__ __volatile__("" : : : "memory")
#define cpu_relax() barrier()

#define sim_extremum(type_x, type_y, x, y, op) \
	__extension__({ type_x sim_x = (x); type_y sim_y = (y); sim_x op sim_y ? sim_x : sim_y; })
#define min(x, y) sim_extremum(__typeof__(x), __typeof__(y), x, y, <)
#define max(x, y) sim_extremum(__typeof__(x), __typeof__(y), x, y, >)
#define min_t(type, x, y) sim_extremum(type, type, x, y, <)
#define max_t(type, x, y) sim_extremum(type, type, x, y, >)
#define min3(x, y, z) min((__typeof__(x))min(x, y), z)
#define max3(x, y, z) max((__typeof__(x))max(x, y), z)
#define clamp(val, lo, hi) min((__typeof__(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define swap(a, b) do { __typeof__(a) sim_t = (a); (a) = (b); (b) = sim_t; } while (0)

#endif

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

/* ---------------------------------------------------- warnings, bugs ----- */

/**
 * sim_kernel_warn - a SIM_WARN of the current machine, with a place in a driver's code
 *
 * Without a current machine nothing is recorded.
 *
 * Returns: true.
 */
SIM_API bool sim_kernel_warn(const char *file, const char *function, const char *condition);

/**
 * sim_kernel_bug - a SIM_BUG of the current machine
 *
 * The machine is crashed, and the code goes on behind it: what it calls of the
 * machine from then on answers -EIO.
 */
SIM_API void sim_kernel_bug(const char *file, const char *function, const char *condition);

#define SIM_WARN_IF(cond, text) \
	(__builtin_expect(!!(cond), 0) && sim_kernel_warn(__FILE__, __func__, text))
#define WARN_ON(cond) SIM_WARN_IF(cond, #cond)
#define WARN_ON_ONCE(cond) SIM_WARN_IF(cond, #cond)
#define WARN(cond, ...) SIM_WARN_IF(cond, #cond)
#define WARN_ONCE(cond, ...) SIM_WARN_IF(cond, #cond)
#define drm_WARN_ON(drm, cond) ((void)(drm), SIM_WARN_IF(cond, #cond))
#define drm_WARN_ON_ONCE(drm, cond) drm_WARN_ON(drm, cond)
#define drm_WARN(drm, cond, ...) ((void)(drm), SIM_WARN_IF(cond, #cond))
#define drm_WARN_ONCE(drm, cond, ...) ((void)(drm), SIM_WARN_IF(cond, #cond))
#ifndef BUG /* some tests choose the bug to be tried so: -DBUG=3 */
#define BUG() sim_kernel_bug(__FILE__, __func__, "BUG()")
#endif
#define BUG_ON(cond) \
	do { \
		if (__builtin_expect(!!(cond), 0)) \
			sim_kernel_bug(__FILE__, __func__, #cond); \
	} while (0)
/* Off, as in a distribution's kernel. */
#define VM_BUG_ON(cond) ((void)sizeof(!!(cond)))
#define VM_BUG_ON_PAGE(cond, page) VM_BUG_ON(cond)
#define VM_BUG_ON_VMA(cond, vma) VM_BUG_ON(cond)
#define VM_WARN_ON(cond) VM_BUG_ON(cond)
#define VM_WARN_ON_ONCE(cond) VM_BUG_ON(cond)
#define lockdep_assert_held(l) ((void)(l))
#define lockdep_assert_held_write(l) ((void)(l))
#define might_sleep() ((void)0)
#define might_lock(l) ((void)(l))
#define cond_resched() ((void)0)

/* ---------------------------------------------------------- printing ----- */

/**
 * sim_printk - a line of the kernel's log, on stderr
 *
 * Nothing where TTMSIM_QUIET is set in the environment. Formats are printf's: of the
 * kernel's own (%pe, %pK) the pointer is printed.
 *
 * Returns: 0.
 */
SIM_API int sim_printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define KERN_ERR
#define KERN_WARNING
#define KERN_INFO
#define KERN_DEBUG
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
/* Compiled, never printed: as debug messages are until somebody turns them on. */
#define no_printk(fmt, ...) ((void)(0 && sim_printk(fmt, ##__VA_ARGS__)))
#define printk(fmt, ...) sim_printk(fmt, ##__VA_ARGS__)
#define pr_err(fmt, ...) sim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) sim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) sim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_once pr_err
#define pr_warn_once pr_warn
#define pr_info_once pr_info
#define pr_debug(fmt, ...) no_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...) ((void)(dev), sim_printk(fmt, ##__VA_ARGS__))
#define dev_warn(dev, fmt, ...) ((void)(dev), sim_printk(fmt, ##__VA_ARGS__))
#define dev_info(dev, fmt, ...) ((void)(dev), sim_printk(fmt, ##__VA_ARGS__))
#define dev_dbg(dev, fmt, ...) ((void)(dev), no_printk(fmt, ##__VA_ARGS__))
#define drm_err(drm, fmt, ...) ((void)(drm), sim_printk(fmt, ##__VA_ARGS__))
#define drm_warn(drm, fmt, ...) ((void)(drm), sim_printk(fmt, ##__VA_ARGS__))
#define drm_info(drm, fmt, ...) ((void)(drm), sim_printk(fmt, ##__VA_ARGS__))
#define drm_dbg(drm, fmt, ...) ((void)(drm), no_printk(fmt, ##__VA_ARGS__))
#define drm_dbg_kms drm_dbg
#define drm_dbg_driver drm_dbg
#define DRM_ERROR(fmt, ...) sim_printk(fmt, ##__VA_ARGS__)
#define DRM_INFO(fmt, ...) sim_printk(fmt, ##__VA_ARGS__)
#define DRM_DEBUG(fmt, ...) no_printk(fmt, ##__VA_ARGS__)
#define DRM_DEBUG_DRIVER DRM_DEBUG

SIM_END_DECLS

#endif
