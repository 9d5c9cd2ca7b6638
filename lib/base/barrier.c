/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * barrier.c - the heavy side, and whether the host has it.
 */
#include "base/barrier.h"

#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool membarrier(int command)
{
	return syscall(__NR_membarrier, command, 0, 0) == 0;
}
#else
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED 0
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED 0

static bool membarrier(int command)
{
	(void)command;
	return false;
}
#endif

bool sim_barrier_by_hand = true;

/* Before there is a second thread that a light barrier of the first could matter to. */
__attribute__((constructor)) static void ask_host(void)
{
	sim_barrier_by_hand = !membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) ||
			      !membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

void sim_barrier_heavy(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* A filter that came later may forbid it; then it is a fence that nobody answers. */
	if (!sim_barrier_by_hand && !membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
		__atomic_store_n(&sim_barrier_by_hand, true, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
