/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * caching.c - from the caching that is asked for to a protection.
 * Models: drivers/gpu/drm/ttm/ttm_module.c, ttm_prot_from_caching, 6.1.
 */
#include "ttm/internal.h"

static pgprot_t prot_op(const struct sim_mmu *mmu, enum sim_pte_op_id op, pgprot_t prot)
{
	prot.pgprot = fmt_op(&mmu->format[0], op, prot.pgprot);
	return prot;
}

pgprot_t ttm_machine_prot(struct sim_machine *machine, enum ttm_caching caching, pgprot_t prot)
{
	const struct sim_mmu *mmu = machine->mmu;

	if (caching == ttm_cached || mmu->ttm_caching == SIM_TTM_CACHING_IGNORED)
		return prot;
	if (caching == ttm_write_combined && mmu->ttm_caching == SIM_TTM_CACHING_FULL)
		return prot_op(mmu, SIM_OP_WRITECOMBINE, prot);
	return prot_op(mmu, SIM_OP_NONCACHED, prot);
}

pgprot_t ttm_prot_from_caching(enum ttm_caching caching, pgprot_t tmp)
{
	struct sim_machine *machine = sim_current_machine();

	return machine ? ttm_machine_prot(machine, caching, tmp) : tmp;
}
