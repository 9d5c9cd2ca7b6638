/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * um.c - User-mode Linux, 64-bit with 3 levels.
 *
 * The "hardware" is the host: at each TLB flush the kernel walks its tables and
 * mmap()s accordingly (arch/um/kernel/tlb.c, update_pte_range), an entry that
 * is not young with no access, one that is not dirty without write access.
 * NEWPAGE and NEWPROT mark entries that the host has not been told of; here
 * it is told at once, so neither is ever set.
 *
 * There is no special bit: with arm the easiest place to try what that means.
 */
#include "pte/arch/form.h"

#define PRESENT BIT(0)
#define NEWPAGE BIT(1)
#define PROTNONE BIT(4)		/* where PRESENT is clear */
#define RW BIT(5)
#define USER BIT(6)
#define ACCESSED BIT(7)
#define DIRTY BIT(8)

/* pgtable.h, PAGE_*; kernel/mem.c, protection_map. */
#define PAGE_NONE (PROTNONE | ACCESSED)
#define PAGE_READONLY (PRESENT | USER | ACCESSED)
#define PAGE_SHARED (PAGE_READONLY | RW)

static const struct sim_entry_format pte = {
	.test = {
		[SIM_TEST_PRESENT] = TEST_EITHER(PRESENT, PRESENT, PROTNONE, PROTNONE),
		[SIM_TEST_PROTNONE] = TEST_IS(PRESENT | PROTNONE, PROTNONE),
		[SIM_TEST_WRITE] = TEST_IS(RW | PROTNONE, RW),
		[SIM_TEST_DIRTY] = TEST_SET(DIRTY),
		[SIM_TEST_YOUNG] = TEST_SET(ACCESSED),
		[SIM_TEST_USER] = TEST_SET(USER),
		[SIM_TEST_EXEC] = TEST_IS(USER | PROTNONE, USER),
		/* the generic test: present, and writable if asked */
		[SIM_TEST_ACCESS_READ] = TEST_EITHER(PRESENT, PRESENT, PROTNONE, PROTNONE),
		[SIM_TEST_ACCESS_WRITE] = TEST_IS(PRESENT | RW | PROTNONE, PRESENT | RW),
		[SIM_TEST_HW_READ] = TEST_IS(PRESENT | USER | ACCESSED | PROTNONE,
					     PRESENT | USER | ACCESSED),
		[SIM_TEST_HW_WRITE] = TEST_IS(PRESENT | USER | ACCESSED | PROTNONE | RW | DIRTY,
					      PRESENT | USER | ACCESSED | RW | DIRTY),
	},
	.op = {
		[SIM_OP_MKWRITE] = OP_SET(RW),
		[SIM_OP_WRPROTECT] = OP_CLEAR(RW),
		[SIM_OP_MKDIRTY] = OP_SET(DIRTY),
		[SIM_OP_MKCLEAN] = OP_CLEAR(DIRTY),
		[SIM_OP_MKYOUNG] = OP_SET(ACCESSED),
		[SIM_OP_MKOLD] = OP_CLEAR(ACCESSED),
	},
	.none_ignore = NEWPAGE,
	.pfn_mask = BITS(12, 63),
	.pfn_shift = 12,
	.chg_mask = BITS(12, 63) | ACCESSED | DIRTY,
	.chg_or = ACCESSED | DIRTY,
	.prot = PROT_MAP(PAGE_NONE, PAGE_READONLY, PAGE_READONLY, PAGE_READONLY, PAGE_SHARED,
			 PAGE_SHARED),
	.field = {
		{ "PRESENT", 0, 1, "mapped" },
		{ "NEWPAGE", 1, 1, "the host has not mapped it yet" },
		{ "NEWPROT", 2, 1, "the host has the old protection" },
		{ "PROTNONE", 4, 1, "PROT_NONE, where PRESENT is clear" },
		{ "RW", 5, 1, "writable" },
		{ "USER", 6, 1, "user access" },
		{ "ACCESSED", 7, 1, "accessed" },
		{ "DIRTY", 8, 1, "dirty" },
		{ "PFN", 12, 52, "page frame" },
	},
};

static const struct sim_arch_feature feature[] = {
	{ SIM_FEAT_MODIFY_KEEPS_SPECIAL, 0, 0 },
	SIM_ARCH_FEATURES_END
};

/* _PAGE_TABLE */
#define TABLE \
	.table_set = PRESENT | RW | USER | ACCESSED | DIRTY, .table_addr_mask = BITS(12, 63)

const struct sim_arch sim_arch_um = {
	.name = "um",
	.aliases = "uml",
	.title = "User-mode Linux on x86-64, 3 levels",
	.source = "arch/um/include/asm/pgtable{,-3level}.h, arch/um/kernel/mem.c, tlb.c; "
		  "6.1 and 6.12",
	.page_shift = 12,
	.nr_levels = 3,
	.bits_per_long = 64,
	.task_size = 511ULL << 30,	/* what the pgd reaches, less the host's stub */
	.mmap_min = 0x10000,
	/* TASK_UNMAPPED_BASE: it picks no layout of its own */
	.mmap_up_from = 0x40000000,
	.ram_start_pfn = 0x100,
	.io_start_pfn = 0x1000000,
	.max_phys_bits = 47,
	.ad_rule = SIM_AD_FAULT,
	/* kernel/trap.c, handle_page_fault */
	.no_read_of_write_only = true,
	.sigsegv_is_accerr = true,
	/* kernel/skas/uaccess.c, do_op_one_page */
	.copies_by_tables = true,
	/* compiled as on x86, but its pgprot helpers change nothing */
	.ttm_caching = { { SIM_TTM_CACHING_FULL, 0 } },
	.level = {
		{ LEVEL("pte", 12, 9, 8, 12) },
		{ LEVEL("pmd", 21, 9, 8, 12), TABLE },
		{ LEVEL("pgd", 30, 9, 8, 12), TABLE },
	},
	.format = { &pte, NULL, NULL },
	.feature = feature,
};
