/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * show.c - results that the simulator and a real kernel's runner have in common.
 */
#include <errno.h>
#include <signal.h>

#include <ttmsim/gup.h>

#include "scenario/show.h"

/*
 * As "VmFlags:" of smaps has them, with commas between: rd,wr,sh,... "sd" is left out:
 * soft-dirty is not modelled. A portable transcript has those that tests/oracle/runner
 * shows.
 * Models: fs/proc/task_mmu.c, show_smap_vma_flags, 5.11 to 6.12.
 */
void scn_show_flags(struct scn_result *res, unsigned long vm_flags, bool portable)
{
	const unsigned long not_portable = VM_GROWSDOWN | VM_SEQ_READ | VM_RAND_READ |
					   VM_LOCKONFAULT | VM_HUGETLB | VM_SYNC | VM_ARCH_1 |
					   VM_MERGEABLE | VM_UFFD_MISSING | VM_UFFD_WP;
	static const struct {
		unsigned long flag;
		char name[3];
	} names[] = {
		{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" },
		{ VM_MAYREAD, "mr" }, { VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" },
		{ VM_MAYSHARE, "ms" }, { VM_GROWSDOWN, "gd" }, { VM_PFNMAP, "pf" },
		{ VM_DENYWRITE, "dw" }, { VM_LOCKED, "lo" }, { VM_IO, "io" },
		{ VM_SEQ_READ, "sr" }, { VM_RAND_READ, "rr" }, { VM_DONTCOPY, "dc" },
		{ VM_DONTEXPAND, "de" }, { VM_LOCKONFAULT, "lf" }, { VM_ACCOUNT, "ac" },
		{ VM_NORESERVE, "nr" }, { VM_HUGETLB, "ht" }, { VM_SYNC, "sf" },
		{ VM_ARCH_1, "ar" }, { VM_WIPEONFORK, "wf" }, { VM_DONTDUMP, "dd" },
		{ VM_MIXEDMAP, "mm" }, { VM_HUGEPAGE, "hg" }, { VM_NOHUGEPAGE, "nh" },
		{ VM_MERGEABLE, "mg" }, { VM_UFFD_MISSING, "um" }, { VM_UFFD_WP, "uw" },
	};
	char text[SCN_PFN_TEXT] = "";
	size_t len = 0;

	if (portable)
		vm_flags &= ~not_portable;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (vm_flags & names[i].flag)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? "," : "", names[i].name);
	scn_key(res, "flags", "%s", len ? text : "none");
}

void scn_show_refs(struct scn_result *res, int refs, int mapcount, bool dirty)
{
	scn_key(res, "ref", "%d", refs % GUP_PIN_COUNTING_BIAS);
	scn_key(res, "map", "%d", mapcount);
	scn_key(res, "pin", "%d", refs / GUP_PIN_COUNTING_BIAS);
	scn_key(res, "dirty", "%d", dirty);
}

static const char *code_name(int signo, int code)
{
	if (signo == SIGBUS)
		return code == BUS_ADRERR ? "BUS_ADRERR" :
		       code == BUS_MCEERR_AR ? "BUS_MCEERR_AR" : NULL;
	return code == SEGV_MAPERR ? "SEGV_MAPERR" :
	       code == SEGV_ACCERR ? "SEGV_ACCERR" : NULL;
}

void scn_show_access(struct scn_result *res, int ret, int code)
{
	const char *name = ret > 0 ? code_name(ret, code) : NULL;

	scn_value_signal(res, ret);
	if (name)
		scn_key(res, "code", "%s", name);
	else if (ret > 0)
		scn_key(res, "code", "%d", code);
}

void scn_show_calls(struct scn_result *res, const unsigned int calls[SIM_DEV_NR_CALLS])
{
	static const char *const names[SIM_DEV_NR_CALLS] = {
		[SIM_DEV_OPEN] = "open", [SIM_DEV_CLOSE] = "close", [SIM_DEV_FAULT] = "fault",
		[SIM_DEV_PAGE_MKWRITE] = "page_mkwrite", [SIM_DEV_PFN_MKWRITE] = "pfn_mkwrite",
		[SIM_DEV_ACCESS] = "access",
	};

	for (int i = 0; i < SIM_DEV_NR_CALLS; i++)
		scn_key(res, names[i], "%u", calls[i]);
}

void scn_show_insert(struct scn_result *res, int ret, unsigned int fault)
{
	if (!ret && (fault & VM_FAULT_SIGBUS))
		scn_value(res, "SIGBUS");
	else
		scn_value_return(res, !ret && (fault & VM_FAULT_OOM) ? -ENOMEM : ret);
}
