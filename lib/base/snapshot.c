/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * snapshot.c - a machine copied and put back.
 *
 * All of a machine's state lies in the used parts of its arena (A.3), so three
 * copies do. Only what belongs to the host stays as it is at a restore: the
 * callbacks, what is told on stderr, and the epoch, which becomes a new one so that
 * each thread looks up its counter slot again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/callback.h"
#include "base/fork.h"
#include "base/internal.h"
#include "base/machine.h"

struct sim_snapshot {
	uint64_t id;		/* the arena's */
	size_t brk;
	size_t map_used;
	char data[];		/* heap, descriptors, struct pages */
};

static char *desc_of(struct sim_machine *machine)
{
	return (char *)machine + SIM_ARENA_DESC;
}

static char *map_of(struct sim_machine *machine)
{
	return (char *)machine + SIM_ARENA_MEM_MAP;
}

struct sim_snapshot *sim_snapshot(const struct sim_machine *constant)
{
	/* ASan's marks change and come back; the machine itself does not */
	struct sim_machine *machine = (struct sim_machine *)constant;
	const struct sim_arena *arena;
	struct sim_snapshot *snapshot;
	size_t brk, desc, map;

	if (!machine)
		return NULL;
	if (sim_callback_refuses(machine, __func__)) {
		errno = EDEADLK;
		return NULL;
	}
	arena = sim_arena_of(machine);
	brk = arena->brk;
	desc = sim_desc_bytes(brk);
	map = arena->map_used;
	sim_assert(brk >= sizeof(*machine) && brk <= SIM_ARENA_DESC);
	sim_assert(map <= SIM_ARENA_BYTES - SIM_ARENA_MEM_MAP);
	snapshot = malloc(sizeof(*snapshot) + brk + desc + map);
	if (!snapshot)
		return NULL;
	snapshot->id = arena->id;
	snapshot->brk = brk;
	snapshot->map_used = map;
	sim_arena_reveal(machine, brk);
	memcpy(snapshot->data, machine, brk);
	sim_arena_conceal(machine);
	memcpy(snapshot->data + brk, desc_of(machine), desc);
	memcpy(snapshot->data + brk + desc, map_of(machine), map);
	return snapshot;
}

/* Copies @bytes back; what was used beyond them becomes unused, so zero. */
static void put_back(char *at, const char *from, size_t bytes, size_t used)
{
	memcpy(at, from, bytes);
	if (used > bytes)
		sim_arena_zero(at + bytes, used - bytes);
}

int sim_restore(struct sim_machine *machine, const struct sim_snapshot *snapshot)
{
	const struct sim_arena *arena;
	struct sim_listeners listeners;
	struct sim_telling telling;
	size_t used, map_used, desc;
	const char *data;

	if (!machine || !snapshot)
		return -EINVAL;
	arena = sim_arena_of(machine);
	if (snapshot->id != arena->id)
		return -EINVAL;
	if (sim_callback_refuses(machine, __func__))
		return -EDEADLK;
	if (machine->of_parent) {
		sim_fork_tell(machine, __func__);
		return -EBUSY;
	}
	sim_held_forget(machine, (const char *)machine + SIM_ARENA_BYTES);
	listeners = machine->listeners;
	telling = machine->telling;
	used = arena->brk;
	map_used = arena->map_used;
	desc = sim_desc_bytes(snapshot->brk);
	data = snapshot->data;
	sim_assert(snapshot->brk <= SIM_ARENA_DESC && used <= SIM_ARENA_DESC);
	sim_arena_reveal(machine, used);
	put_back((char *)machine, data, snapshot->brk, used);
	put_back(desc_of(machine), data + snapshot->brk, desc, sim_desc_bytes(used));
	put_back(map_of(machine), data + snapshot->brk + desc, snapshot->map_used, map_used);
	sim_arena_conceal(machine);
	machine->listeners = listeners;
	machine->telling = telling;
	for (unsigned int i = 0; i < machine->nr_cpus; i++) /* calls under way have ended */
		machine->cpu[i]->user = machine->cpu[i]->owed = NULL;
	sim_begin_epoch(machine);
	return 0;
}

void sim_snapshot_free(struct sim_snapshot *snapshot)
{
	free(snapshot);
}
