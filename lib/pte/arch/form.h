/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * form.h - words to write an architecture with: bits, tests, operations.
 */
#ifndef SIM_PTE_ARCH_FORM_H
#define SIM_PTE_ARCH_FORM_H

#include <ttmsim/pte.h>

#undef BIT
#define BIT(n) (1ULL << (n))
/* Bits lo .. hi, both included. */
#define BITS(lo, hi) ((~0ULL >> (63 - (hi))) & (~0ULL << (lo)))

/* Tests. TEST_IS: (e & mask) == value; TEST_EITHER: one of two of these. */
#define TEST_SET(bits) { .any = { { bits, bits } } }
#define TEST_CLEAR(bits) { .any = { { bits, 0 } } }
#define TEST_IS(mask, value) { .any = { { mask, value } } }
#define TEST_EITHER(mask1, value1, mask2, value2) \
	{ .any = { { mask1, value1 }, { mask2, value2 } } }
#define TEST_ALWAYS { .always = true }

/* Operations. STEP_IF: where (e & mask) == value, clear, then set. */
#define OP_SET(bits) { .step = { { 0, 0, 0, bits } } }
#define OP_CLEAR(bits) { .step = { { 0, 0, bits, 0 } } }
#define OP_REPLACE(clear, set) { .step = { { 0, 0, clear, set } } }
#define OP_STEPS(...) { .step = { __VA_ARGS__ } }
#define STEP(clear, set) { 0, 0, clear, set }
#define STEP_IF(mask, value, clear, set) { mask, value, clear, set }

/* The geometry of one level; see struct sim_level. */
#define LEVEL(name_, shift_, index_bits_, entry_bytes_, table_lg2_) \
	.name = name_, .shift = shift_, .index_bits = index_bits_, \
	.entry_bytes = entry_bytes_, .table_lg2 = table_lg2_

/*
 * protection_map for the architectures where a private mapping is read-only
 * whatever it asks for, and where nothing but its own bit makes a shared one
 * writable: none, read, execute only, read and execute, read and write, all.
 */
#define PROT_MAP(none, r, x, rx, rw, rwx) \
	{ none, r, r, r, x, rx, rx, rx, none, r, rw, rw, x, rx, rwx, rwx }

#endif
