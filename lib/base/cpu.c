/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * cpu.c - counter slots of threads, and the sums over them.
 *
 * A slot belongs to one thread for the machine's life, so its counters stay
 * when the thread goes. The table holds SIM_MAX_CPUS - 1 of them; threads that
 * come later, or when the heap is full, share the last slot.
 */
#include <errno.h>
#include <string.h>

#include "base/assert.h"
#include "base/cpu.h"
#include "base/spin.h"

__thread struct sim_thread sim_thread __attribute__((tls_model("initial-exec")));

uint64_t sim_thread_id(void)
{
	static uint64_t last;
	static __thread uint64_t id;

	if (!id)
		id = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	return id;
}

static struct sim_cpu *find_slot(const struct sim_machine *machine, uint64_t id)
{
	unsigned int nr = __atomic_load_n(&machine->nr_cpus, __ATOMIC_ACQUIRE);

	for (unsigned int i = 0; i < nr; i++) {
		if (machine->cpu[i]->thread == id)
			return machine->cpu[i];
	}
	return NULL;
}

/* NULL where the table or the heap is full. Not subject to sim_fail_alloc():
 * which call binds a thread must not matter to what the nth allocation is. */
static struct sim_cpu *add_slot(struct sim_machine *machine, uint64_t id)
{
	struct sim_cpu *cpu = NULL;
	unsigned int nr;

	sim_spin_acquire(false, &machine->cpu_lock, SIM_RANK_MISC);
	nr = machine->nr_cpus;
	if (nr < SIM_MAX_CPUS - 1)
		cpu = sim_alloc_service(machine, sizeof(*cpu));
	if (cpu) {
		sim_assert(!machine->cpu[nr]);
		cpu->thread = id;
		machine->cpu[nr] = cpu;
		__atomic_store_n(&machine->nr_cpus, nr + 1, __ATOMIC_RELEASE);
		sim_count_object(machine, SIM_OBJ_CPU, 1);
	}
	sim_spin_unlock(&machine->cpu_lock, SIM_RANK_MISC);
	return cpu;
}

/*
 * From the first other thread on, page tables are freed after a grace period.
 * The order that makes it safe: this thread says that it is there, then reads
 * entries; whoever frees a table clears its entry, then asks who is there. The
 * fence on both sides lets neither miss the other.
 */
static void note_thread(struct sim_machine *machine, uint64_t id)
{
	if (id == machine->owner_thread)
		return;
	__atomic_store_n(&machine->threaded, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

struct sim_cpu *sim_cpu_bind(struct sim_machine *machine)
{
	/* Before the look at what is quiet: whoever makes it untrue changes it after. */
	uint64_t epoch = __atomic_load_n(&machine->epoch, __ATOMIC_ACQUIRE);
	uint64_t id = sim_thread_id();
	struct sim_cpu *cpu = find_slot(machine, id);
	bool quiet;

	note_thread(machine, id);
	if (!cpu)
		cpu = add_slot(machine, id);
	if (!cpu) /* before its first walk, as in note_thread() */
		__atomic_exchange_n(&machine->crowded, 1, __ATOMIC_SEQ_CST);
	sim_thread.shared_cpu = !cpu;
	sim_thread.cpu = cpu ? cpu : machine->cpu[SIM_MAX_CPUS - 1];
	quiet = cpu && !sim_is_crashed(machine) && !machine->listeners.event;
	sim_thread.epoch = epoch;
	sim_thread.quiet_epoch = quiet ? epoch : 0;
	if (machine->up)
		machine->up_cpu = quiet ? cpu : NULL;
	return sim_thread.cpu;
}

int sim_cpu_init(struct sim_machine *machine)
{
	struct sim_cpu *shared = sim_alloc_service(machine, sizeof(*shared));

	if (!shared)
		return -ENOMEM;
	sim_count_object(machine, SIM_OBJ_CPU, 1);
	machine->cpu[SIM_MAX_CPUS - 1] = shared;
	machine->owner_thread = sim_thread_id();
	machine->epoch = sim_new_epoch();
	return 0;
}

#define INSERTED \
	(1u << SIM_CNT_WALK | 1u << SIM_CNT_LOCK | 1u << SIM_CNT_PTE_READ | 1u << SIM_CNT_PTE_WRITE)

/* The counters that one of a compound stands for. */
static const uint32_t parts[SIM_NR_CPU_COUNTERS - SIM_NR_COUNTERS] = {
	[SIM_CNT_INSERTED - SIM_NR_COUNTERS] = INSERTED,
	[SIM_CNT_INSERTED_TYPED - SIM_NR_COUNTERS] = INSERTED | 1u << SIM_CNT_PAT_LOOKUP,
	[SIM_CNT_INSERTED_PAGE - SIM_NR_COUNTERS] =
		INSERTED | 1u << SIM_CNT_REF | 1u << SIM_CNT_MAPCOUNT,
};

static uint64_t counter_of(const struct sim_cpu *cpu, enum sim_counter counter)
{
	uint64_t sum = __atomic_load_n(&cpu->count[counter], __ATOMIC_RELAXED);

	for (unsigned int i = SIM_NR_COUNTERS; i < SIM_NR_CPU_COUNTERS; i++)
		if (parts[i - SIM_NR_COUNTERS] >> counter & 1)
			sum += __atomic_load_n(&cpu->count[i], __ATOMIC_RELAXED);
	return sum;
}

uint64_t sim_counter(const struct sim_machine *machine, enum sim_counter counter)
{
	unsigned int nr;
	uint64_t sum;

	if (!machine || (unsigned int)counter >= SIM_NR_COUNTERS)
		return 0;
	nr = __atomic_load_n(&machine->nr_cpus, __ATOMIC_ACQUIRE);
	sim_assert(nr < SIM_MAX_CPUS);
	sum = counter_of(machine->cpu[SIM_MAX_CPUS - 1], counter);
	for (unsigned int i = 0; i < nr; i++)
		sum += counter_of(machine->cpu[i], counter);
	return sum;
}

void sim_counters(const struct sim_machine *machine, uint64_t out[SIM_NR_COUNTERS])
{
	if (!out)
		return;
	for (unsigned int i = 0; i < SIM_NR_COUNTERS; i++)
		out[i] = sim_counter(machine, (enum sim_counter)i);
}
