/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bytes.c - what physical pages hold.
 *
 * Each page has a slot, a pointer: in struct page for RAM, in a leaf of a
 * directory for I/O memory. A slot is
 *	NULL		the page reads as zeros and has no storage
 *	storage | 1	it reads as zeros; the storage waits to be used again
 *	storage		it holds these bytes
 * Storage comes with the first byte written that is not 0.
 *
 * Storage never goes back to the arena before the machine does. A simulated
 * CPU may store through a stale mapping while another frees the page: such a
 * store must end in the bytes of some page (that is the corruption to be
 * shown), never in an object of the simulator.
 *
 * Slots change under phys->lock and are read without it. Bytes are read and
 * written by anyone at any time, so always as atomic words: whoever races on
 * real memory gets a mixture, and so here.
 */
#include <errno.h>
#include <string.h>

#include "base/assert.h"
#include "base/callback.h"
#include "base/lock.h"
#include "phys/phys.h"

#define DROPPED 1UL

static unsigned char *slot_bytes(void *const *slot)
{
	uintptr_t value = (uintptr_t)__atomic_load_n(slot, __ATOMIC_ACQUIRE);

	return value & DROPPED ? NULL : (unsigned char *)value;
}

static size_t page_bytes(const struct sim_machine *machine)
{
	return (size_t)1 << machine->phys->page_shift;
}

/* ---------------------------------------------------------- copying ---- */

static bool is_aligned(const unsigned char *at)
{
	return (uintptr_t)at % sizeof(uint64_t) == 0;
}

static void read_bytes(unsigned char *to, const unsigned char *from, size_t len)
{
	uint64_t word;

	for (; len && !is_aligned(from); len--)
		*to++ = __atomic_load_n(from++, __ATOMIC_RELAXED);
	for (; len >= sizeof(word); len -= sizeof(word)) {
		word = __atomic_load_n((const uint64_t *)from, __ATOMIC_RELAXED);
		memcpy(to, &word, sizeof(word));
		from += sizeof(word);
		to += sizeof(word);
	}
	while (len--)
		*to++ = __atomic_load_n(from++, __ATOMIC_RELAXED);
}

static void write_bytes(unsigned char *to, const unsigned char *from, size_t len)
{
	uint64_t word;

	for (; len && !is_aligned(to); len--)
		__atomic_store_n(to++, *from++, __ATOMIC_RELAXED);
	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		__atomic_store_n((uint64_t *)to, word, __ATOMIC_RELAXED);
		from += sizeof(word);
		to += sizeof(word);
	}
	while (len--)
		__atomic_store_n(to++, *from++, __ATOMIC_RELAXED);
}

/* Whole pages; @from NULL means zeros. */
static void copy_page(uint64_t *to, const uint64_t *from, size_t bytes)
{
	for (size_t i = 0; i < bytes / sizeof(*to); i++) {
		uint64_t word = from ? __atomic_load_n(&from[i], __ATOMIC_RELAXED) : 0;

		__atomic_store_n(&to[i], word, __ATOMIC_RELAXED);
	}
}

static bool all_zero(const void *buf, size_t len)
{
	const unsigned char *at = buf;

	while (len && *at == 0) {
		at++;
		len--;
	}
	return len == 0;
}

/* ------------------------------------------------------------ slots ---- */

static bool answers(const struct sim_machine *machine, unsigned long pfn)
{
	return sim_pfn_valid(machine, pfn) || sim_phys_is_iomem(machine, pfn);
}

static void **io_leaf(const struct sim_phys *phys, unsigned long nr)
{
	return __atomic_load_n(&phys->io[nr >> SIM_IO_LEAF_LG2], __ATOMIC_ACQUIRE);
}

/* => answers(pfn). NULL where an I/O page never had bytes. */
static void **find_slot(const struct sim_machine *machine, unsigned long pfn)
{
	struct page *page = sim_pfn_to_page(machine, pfn);
	unsigned long nr = pfn - machine->phys->io_start;
	void **leaf;

	if (page)
		return &page->sim_bytes;
	leaf = io_leaf(machine->phys, nr);
	return leaf ? &leaf[nr % (1ul << SIM_IO_LEAF_LG2)] : NULL;
}

/* => phys->lock held; answers(pfn). NULL without memory. */
static void **make_slot_locked(struct sim_machine *machine, unsigned long pfn)
{
	struct sim_phys *phys = machine->phys;
	void **slot = find_slot(machine, pfn);
	unsigned long nr = pfn - phys->io_start;
	void **leaf;

	sim_assert(sim_rank_held(SIM_RANK_PAGE_ALLOC, &phys->lock));
	sim_assert(slot || nr < phys->io_nr);
	if (slot)
		return slot;
	leaf = sim_alloc(machine, sizeof(*leaf) << SIM_IO_LEAF_LG2, SIM_OBJ_MISC);
	if (!leaf)
		return NULL;
	__atomic_store_n(&phys->io[nr >> SIM_IO_LEAF_LG2], leaf, __ATOMIC_RELEASE);
	return &leaf[nr % (1ul << SIM_IO_LEAF_LG2)];
}

/* A RAM page that is given bytes counts as used, whoever owns it. */
static void note_bytes_locked(struct sim_machine *machine, unsigned long pfn)
{
	const struct page *page = sim_pfn_to_page(machine, pfn);
	struct sim_phys *phys = machine->phys;

	if (!page)
		return;
	sim_phys_touch(page);
	if (phys->bytes_end <= pfn - phys->ram.start)
		phys->bytes_end = pfn - phys->ram.start + 1;
}

/* Storage for a slot, what waits there or new. Both count as one allocation. */
static void *storage_locked(struct sim_machine *machine, void *const *slot)
{
	uintptr_t waiting = (uintptr_t)*slot & ~DROPPED;

	if (!waiting)
		return sim_alloc_raw(machine, page_bytes(machine), SIM_OBJ_PAGE_BYTES);
	if (sim_alloc_must_fail(machine))
		return NULL;
	sim_count_object(machine, SIM_OBJ_PAGE_BYTES, 1);
	return (void *)waiting;
}

static unsigned char *commit_locked(struct sim_machine *machine, unsigned long pfn,
				    const void *from)
{
	void **slot = make_slot_locked(machine, pfn);
	void *storage;

	if (!slot)
		return NULL;
	storage = slot_bytes(slot);
	if (storage && !from)
		return storage;
	if (!storage)
		storage = storage_locked(machine, slot);
	if (!storage)
		return NULL;
	copy_page(storage, from, page_bytes(machine));
	note_bytes_locked(machine, pfn);
	__atomic_store_n(slot, storage, __ATOMIC_RELEASE);
	return storage;
}

/* Gives a page bytes: those at @from, or zeros (then bytes that it has stay).
 * NULL without memory. */
static unsigned char *commit(struct sim_machine *machine, unsigned long pfn, const void *from)
{
	struct sim_phys *phys = machine->phys;
	unsigned char *bytes;

	sim_spin_lock(machine, &phys->lock, SIM_RANK_PAGE_ALLOC);
	bytes = commit_locked(machine, pfn, from);
	sim_spin_unlock(&phys->lock, SIM_RANK_PAGE_ALLOC);
	return bytes;
}

static void drop_slot_locked(struct sim_machine *machine, void **slot)
{
	unsigned char *bytes = slot_bytes(slot);

	if (!bytes)
		return;
	__atomic_store_n(slot, (void *)((uintptr_t)bytes | DROPPED), __ATOMIC_RELEASE);
	sim_count_object(machine, SIM_OBJ_PAGE_BYTES, -1);
}

void sim_page_drop_bytes_locked(struct sim_machine *machine, struct page *page)
{
	drop_slot_locked(machine, &page->sim_bytes);
}

static void destroy_io_leaf(struct sim_machine *machine, void **leaf)
{
	for (unsigned int i = 0; i < 1u << SIM_IO_LEAF_LG2; i++)
		drop_slot_locked(machine, &leaf[i]);
	sim_free(leaf, sizeof(*leaf) << SIM_IO_LEAF_LG2, SIM_OBJ_MISC);
}

void sim_phys_destroy_bytes(struct sim_machine *machine)
{
	struct sim_phys *phys = machine->phys;

	for (unsigned long i = 0; i < phys->bytes_end; i++)
		sim_page_drop_bytes_locked(machine, phys->ram.map + i);
	for (unsigned long nr = 0; nr < phys->io_nr; nr += 1ul << SIM_IO_LEAF_LG2) {
		void **leaf = io_leaf(phys, nr);

		if (leaf)
			destroy_io_leaf(machine, leaf);
	}
}

/* ------------------------------------------------------- interfaces ---- */

static int check_range(struct sim_machine *machine, unsigned long pfn, size_t offset, size_t len)
{
	size_t bytes;
	int err;

	if (!machine)
		return -EINVAL;
	err = sim_enter(machine);
	if (err)
		return err;
	bytes = page_bytes(machine);
	if (offset > bytes || len > bytes - offset)
		return -EINVAL;
	return answers(machine, pfn) ? 0 : -EFAULT;
}

int sim_phys_read(struct sim_machine *machine, unsigned long pfn, size_t offset, void *buf,
		  size_t len)
{
	int err = check_range(machine, pfn, offset, len);
	void **slot;
	const unsigned char *bytes;

	if (err)
		return err;
	if (!buf && len)
		return -EINVAL;
	slot = find_slot(machine, pfn);
	bytes = slot ? slot_bytes(slot) : NULL;
	if (bytes)
		read_bytes(buf, bytes + offset, len);
	else
		memset(buf, 0, len);
	return 0;
}

int sim_phys_write(struct sim_machine *machine, unsigned long pfn, size_t offset,
		   const void *buf, size_t len)
{
	int err = check_range(machine, pfn, offset, len);
	void **slot;
	unsigned char *bytes;

	if (err)
		return err;
	if (!buf && len)
		return -EINVAL;
	slot = find_slot(machine, pfn);
	bytes = slot ? slot_bytes(slot) : NULL;
	if (!bytes && all_zero(buf, len))
		return 0;
	if (!bytes)
		bytes = commit(machine, pfn, NULL);
	if (!bytes)
		return -ENOMEM;
	write_bytes(bytes + offset, buf, len);
	return 0;
}

int sim_phys_clear(struct sim_machine *machine, unsigned long pfn)
{
	struct sim_phys *phys = machine->phys;
	int err = check_range(machine, pfn, 0, 0);
	void **slot;

	if (err)
		return err;
	slot = find_slot(machine, pfn);
	if (!slot || !slot_bytes(slot))
		return 0;
	sim_spin_lock(machine, &phys->lock, SIM_RANK_PAGE_ALLOC);
	drop_slot_locked(machine, slot);
	sim_spin_unlock(&phys->lock, SIM_RANK_PAGE_ALLOC);
	return 0;
}

int sim_phys_copy(struct sim_machine *machine, unsigned long to_pfn, unsigned long from_pfn)
{
	int err = check_range(machine, to_pfn, 0, 0);
	void **slot;
	const unsigned char *from;

	if (!err)
		err = check_range(machine, from_pfn, 0, 0);
	if (err)
		return err;
	if (to_pfn == from_pfn)
		return 0;
	slot = find_slot(machine, from_pfn);
	from = slot ? slot_bytes(slot) : NULL;
	if (!from)
		return sim_phys_clear(machine, to_pfn);
	return commit(machine, to_pfn, from) ? 0 : -ENOMEM;
}

/* ------------------------------------------------- for pointers to them ---- */

/* Does somebody have a pointer to these bytes already? */
static bool is_lent(const unsigned char *bytes)
{
	return bytes && sim_desc_of(bytes)->owner;
}

/* Notes whose bytes a pointer leads to. => phys->lock held */
static void lend_locked(struct page *page, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		sim_desc_of(slot_bytes(&page[i].sim_bytes))->owner = page + i;
}

/* One after the other? */
static bool are_contiguous(const struct page *page, unsigned long nr, size_t bytes)
{
	const unsigned char *first = slot_bytes(&page->sim_bytes);

	for (unsigned long i = 0; i < nr; i++)
		if (!first || slot_bytes(&page[i].sim_bytes) != first + i * bytes)
			return false;
	return true;
}

/* Moves the bytes of pages into one block. False: no memory, or a pointer to some of
 * them is out. => phys->lock held */
static bool gather_locked(struct sim_machine *machine, struct page *page, unsigned long nr)
{
	size_t bytes = page_bytes(machine);
	unsigned char *block, *old;

	for (unsigned long i = 0; i < nr; i++)
		if (is_lent(slot_bytes(&page[i].sim_bytes)))
			return false;
	block = sim_alloc_raw(machine, nr * bytes, SIM_OBJ_PAGE_BYTES);
	if (!block)
		return false;
	for (unsigned long i = 0; i < nr; i++) {
		old = slot_bytes(&page[i].sim_bytes);
		sim_count_object(machine, SIM_OBJ_PAGE_BYTES, !old);
		copy_page((uint64_t *)(void *)(block + i * bytes), (const uint64_t *)(void *)old,
			  bytes);
		note_bytes_locked(machine, sim_page_to_pfn(page + i));
		__atomic_store_n(&page[i].sim_bytes, block + i * bytes, __ATOMIC_RELEASE);
	}
	sim_count_object(machine, SIM_OBJ_PAGE_BYTES, -1);
	return true;
}

void *sim_phys_lend(struct sim_machine *machine, struct page *page, unsigned long nr)
{
	struct sim_phys *phys = machine->phys;
	size_t bytes = page_bytes(machine);
	void *ret = NULL;

	sim_spin_lock(machine, &phys->lock, SIM_RANK_PAGE_ALLOC);
	if (nr == 1)
		(void)commit_locked(machine, sim_page_to_pfn(page), NULL);
	if (are_contiguous(page, nr, bytes) || (nr > 1 && gather_locked(machine, page, nr))) {
		lend_locked(page, nr);
		ret = slot_bytes(&page->sim_bytes);
	}
	sim_spin_unlock(&phys->lock, SIM_RANK_PAGE_ALLOC);
	return ret;
}

struct page *sim_phys_lent_page(struct sim_machine *machine, const void *addr)
{
	uintptr_t inside = (uintptr_t)addr - (uintptr_t)machine, start;
	struct page *page;

	if (inside >= SIM_ARENA_DESC)
		return NULL;
	start = (uintptr_t)addr & ~(uintptr_t)(page_bytes(machine) - 1);
	page = sim_desc_of((const void *)start)->owner;
	return page && (uintptr_t)slot_bytes(&page->sim_bytes) == start ? page : NULL;
}
