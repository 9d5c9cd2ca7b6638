// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * symbols.c - what the kernel keeps to itself: symbols by name, and a probe that
 * counts reports of bad entries.
 *
 * A probe on kallsyms_lookup_name() tells its address. Where there are no probes
 * whoever loads the module passes it: kallsyms=, from /proc/kallsyms.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

#include "internal.h"

typedef unsigned long lookup_fn(const char *name);

static unsigned long kallsyms;
module_param(kallsyms, ulong, 0);
MODULE_PARM_DESC(kallsyms, "address of kallsyms_lookup_name()");

struct oracle_symbols oracle_symbols;

static atomic_t bad_pages = ATOMIC_INIT(0);
static bool bad_pages_counted;

#ifdef CONFIG_KPROBES

static int count_bad_page(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&bad_pages);
	return 0;
}

/* Not bad_page(): of a page that went wrong it hears when that is used again. */
static struct kprobe bad_page_probe[] = {
	{ .symbol_name = "print_bad_pte", .pre_handler = count_bad_page },
};
static bool probing[ARRAY_SIZE(bad_page_probe)];

static unsigned long address_of_lookup(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long addr = 0;

	if (!register_kprobe(&probe)) {
		addr = (unsigned long)probe.addr;
		unregister_kprobe(&probe);
	}
	return addr;
}

static void start_counting(void)
{
	bad_pages_counted = true;
	for (int i = 0; i < ARRAY_SIZE(bad_page_probe); i++) {
		probing[i] = !register_kprobe(&bad_page_probe[i]);
		bad_pages_counted &= probing[i];
	}
}

static void stop_counting(void)
{
	for (int i = 0; i < ARRAY_SIZE(bad_page_probe); i++)
		if (probing[i])
			unregister_kprobe(&bad_page_probe[i]);
}

#else

static unsigned long address_of_lookup(void)
{
	return 0;
}

static void start_counting(void)
{
}

static void stop_counting(void)
{
}

#endif

static void *find(const char *name)
{
	void *addr = (void *)((lookup_fn *)kallsyms)(name);

	if (!addr)
		pr_info("ttmsim_oracle: no %s\n", name);
	return addr;
}

int oracle_symbols_init(void)
{
	if (!kallsyms)
		kallsyms = address_of_lookup();
	if (!kallsyms)
		return -ENOENT;
	oracle_symbols.vm_normal_page = find("vm_normal_page");
	oracle_symbols.lru_add_drain = find("lru_add_drain");
	oracle_symbols.highest_memmap_pfn = find("highest_memmap_pfn");
	oracle_symbols.pgprot2cachemode = find("pgprot2cachemode");
	oracle_symbols.lookup_memtype = find("lookup_memtype");
	oracle_symbols.vmf_insert_mixed_mkwrite = find("vmf_insert_mixed_mkwrite");
	oracle_symbols.get_dump_page = find("get_dump_page");
	oracle_symbols.flush_tlb_page = find("flush_tlb_page");
	start_counting();
	return 0;
}

void oracle_symbols_exit(void)
{
	stop_counting();
}

u32 oracle_bad_pages(bool *counted)
{
	*counted = bad_pages_counted;
	return atomic_read(&bad_pages);
}
