/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * memtype.h - the memory type of a pfn, inline for the paths that ask it once
 * per entry. Everything here is a no-op where the machine has no PAT.
 */
#ifndef SIM_PTE_PAT_MEMTYPE_H
#define SIM_PTE_PAT_MEMTYPE_H

#include "pte/pgtable.h"

/* Bytes. Models: arch/x86/include/asm/e820/api.h and boot.h, is_ISA_range, 6.1. */
#define SIM_ISA_START 0xa0000ULL
#define SIM_ISA_END 0x100000ULL

/* Pfns [start, start + nr) that have one type, as far as they are no RAM. */
struct memtype_run {
	unsigned long start, nr;
	enum sim_cache_mode type;
};

/* The type of a pfn that is no RAM, from the reservations, UC- where none is, with
 * pfns around it that have the same; up to @want from it on are looked for, where it
 * costs a look. Takes and counts the lock of the reservations. */
struct memtype_run sim_memtype_io_run(struct sim_machine *machine, unsigned long pfn,
				      unsigned long want);
/* Puts the type into *@prot and returns how many locks it took, not counted. */
unsigned int sim_memtype_io_plain(struct sim_machine *machine, unsigned long pfn, uint64_t *prot);
/*
 * The type of a page of RAM, and pages around it that have the same: the block that it
 * lies in where that has one type, else a few that follow. false: below the ISA hole's
 * end, where RAM has none; @run is then that page and what its flags say.
 */
bool sim_memtype_ram_run(const struct sim_machine *machine, unsigned long pfn,
			 struct memtype_run *run);
/* The type alone. */
enum sim_cache_mode sim_memtype_io(struct sim_machine *machine, unsigned long pfn);

/* The rare answer of pfn_modify_allowed(), for an entry that is inverted. */
bool sim_pfn_allowed_inverted(const struct sim_machine *machine, unsigned long pfn);

static inline uint64_t memtype_bytes(const struct sim_machine *machine, unsigned long pfn)
{
	return (uint64_t)pfn << machine->mmu->page_shift;
}

/* Bytes, end exclusive: inside the ISA hole, which is WB and not tracked. */
bool sim_memtype_untracked(uint64_t start, uint64_t end);

/*
 * Is the range RAM: 1 yes, 0 no, -1 it begins outside and reaches into it.
 * One that begins in RAM counts as RAM, wherever it ends.
 * Models: arch/x86/mm/pat/memtype.c, pat_pagerange_is_ram, 5.11 to 6.12.
 */
int sim_memtype_is_ram(const struct sim_machine *machine, uint64_t start, uint64_t end);

/*
 * Reserve a range. *@type: in: what is wanted; out: what it got.
 * Returns 0; -EINVAL, empty, or RAM and I/O memory mixed; -EBUSY, what is there
 * does not agree; -ENOMEM.
 * Models: arch/x86/mm/pat/memtype.c, memtype_reserve, 5.11 to 6.12.
 */
int sim_memtype_reserve(struct sim_machine *machine, uint64_t start, uint64_t end,
			enum sim_cache_mode *type);
/* The same for what a VM_PAT vma maps. */
int sim_memtype_reserve_for_vma(struct sim_machine *machine, uint64_t start, uint64_t end,
				enum sim_cache_mode *type);
/* Each reservation of I/O memory that was made for a vma, under their lock. */
void sim_memtype_each_of_vma(struct sim_machine *machine,
			     void (*fn)(uint64_t start, uint64_t end, void *data), void *data);
/*
 * The pfn that a VM_PAT vma's reservation begins with, as its end would look for it: 0;
 * -EINVAL where it would not be found.
 * Models: arch/x86/mm/pat/memtype.c, get_pat_info, 6.1 and 6.12.
 */
int sim_pat_pfn(struct vm_area_struct *vma, unsigned long *pfn);
/* End a reservation; an unknown range is ignored.
 * Models: arch/x86/mm/pat/memtype.c, memtype_free, 5.11 to 6.12. */
void sim_memtype_free(struct sim_machine *machine, uint64_t start, uint64_t end);

/* Ends a reservation by pfn and bytes rather than by what the vma maps. */
void sim_untrack_pfn_range(struct vm_area_struct *vma, unsigned long pfn, unsigned long size);

/*
 * The page flags hold WB, WC or UC-, in two bits; both together stand for WT, which
 * nothing here sets, and read as UC-.
 * Models: arch/x86/mm/pat/memtype.c, get_page_memtype, 6.1.
 */
static inline enum sim_cache_mode memtype_of_flags(unsigned long flags)
{
	if (flags >> PG_uncached & 1)
		return SIM_CACHE_UC_MINUS;
	return flags >> PG_arch_1 & 1 ? SIM_CACHE_WC : SIM_CACHE_WB;
}

static inline enum sim_cache_mode page_memtype(const struct page *page)
{
	return memtype_of_flags(__atomic_load_n(&page->flags, __ATOMIC_RELAXED));
}

/* Models: arch/x86/mm/pat/memtype.c, lookup_memtype, 5.11 to 6.12. */
static inline enum sim_cache_mode lookup_memtype(struct sim_machine *machine, struct sim_cpu *cpu,
						 unsigned long pfn)
{
	const struct page *page = sim_pfn_to_page(machine, pfn);

	sim_cpu_count(cpu, SIM_CNT_PAT_LOOKUP);
	if (page && pfn >= SIM_ISA_END >> machine->mmu->page_shift)
		return page_memtype(page);
	return sim_memtype_io(machine, pfn);
}

/*
 * track_pfn_insert() with nothing counted: how many locks were taken for it is
 * returned.
 */
static inline unsigned int plain_memtype(struct sim_machine *machine, unsigned long pfn,
					 uint64_t *prot)
{
	const struct sim_entry_format *fmt = &machine->mmu->format[SIM_LEAF_PTE];
	const struct page *page = sim_pfn_to_page(machine, pfn);

	if (likely(page && pfn >= SIM_ISA_END >> machine->mmu->page_shift)) {
		*prot = fmt_set_cache(fmt, *prot, page_memtype(page));
		return 0;
	}
	return sim_memtype_io_plain(machine, pfn, prot);
}

/* Models: arch/x86/mm/pat/memtype.c, track_pfn_insert, 5.11 to 6.12. */
static inline void track_pfn_insert(struct sim_machine *machine, struct sim_cpu *cpu,
				    uint64_t *prot, unsigned long pfn)
{
	const struct sim_mmu *mmu = machine->mmu;

	if (mmu->has_pat)
		*prot = fmt_set_cache(&mmu->format[SIM_LEAF_PTE], *prot,
				      lookup_memtype(machine, cpu, pfn));
}

/*
 * L1TF: may an entry that is not present name this pfn? Only x86 inverts the pfn
 * of such entries, and no other architecture ever refuses.
 * Models: arch/x86/mm/mmap.c, pfn_modify_allowed, 5.11 to 6.12; the CPU has the
 * bug, the caller has no CAP_SYS_ADMIN.
 */
static inline bool pfn_modify_allowed(const struct sim_machine *machine, unsigned long pfn,
				      uint64_t prot)
{
	if (__builtin_expect(!fmt_pfn_flip(&machine->mmu->format[SIM_LEAF_PTE], prot), 1))
		return true;
	return sim_pfn_allowed_inverted(machine, pfn);
}

#endif
