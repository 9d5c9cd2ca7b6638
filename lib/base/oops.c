/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * oops.c - the signals of wild pointers, and the way back to the call.
 */
#include "base/oops.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>

#include "base/internal.h"
#include "base/lockrank.h"
#include "base/outcome.h"

#define NULL_END 4096 /* below it: an offset from NULL */

static const int signals[] = { SIGSEGV, SIGBUS };
#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

pthread_mutex_t sim_oops_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int nr_users; /* machines that want it; under sim_oops_lock */
static struct sigaction before[NR_SIGNALS]; /* whose the signals were; under sim_oops_lock */

static __thread uint64_t fault_address __attribute__((tls_model("initial-exec")));

/* The innermost callback that an oops may jump to. */
static struct sim_callback *trap_of_thread(void)
{
	struct sim_callback *callback = sim_thread.callback;

	while (callback && !callback->jump)
		callback = callback->up;
	return callback;
}

/* As if the handler were not there. */
static void pass_on(const struct sigaction *to, int signal, siginfo_t *info, void *context)
{
	if (to->sa_flags & SA_SIGINFO) {
		to->sa_sigaction(signal, info, context);
	} else if (to->sa_handler == SIG_DFL || to->sa_handler == SIG_IGN) {
		/* the access is repeated, and ends the process */
		sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	} else {
		to->sa_handler(signal);
	}
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
	struct sim_callback *callback = trap_of_thread();

	if (!callback) {
		pass_on(&before[signal == signals[1]], signal, info, context);
		return;
	}
	fault_address = (uint64_t)(uintptr_t)info->si_addr;
	sim_thread.callback = callback;
	siglongjmp(*(sigjmp_buf *)callback->jump, 1);
}

static bool is_ours(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_signal;
}

/* => sim_oops_lock held */
static void install_locked(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK }, now;

	action.sa_sigaction = on_signal;
	sigemptyset(&action.sa_mask);
	for (unsigned int i = 0; i < NR_SIGNALS; i++) {
		sigaction(signals[i], NULL, &now);
		if (is_ours(&now))
			continue;
		before[i] = now;
		sigaction(signals[i], &action, NULL);
	}
}

void sim_oops_begin(struct sim_machine *machine)
{
	pthread_mutex_lock(&sim_oops_lock);
	nr_users++;
	install_locked();
	pthread_mutex_unlock(&sim_oops_lock);
	machine->oops = true;
}

void sim_oops_arm(struct sim_callback *callback, sigjmp_buf *trap)
{
	struct sigaction now;

	sigaction(SIGSEGV, NULL, &now);
	if (!is_ours(&now)) {
		pthread_mutex_lock(&sim_oops_lock);
		install_locked();
		pthread_mutex_unlock(&sim_oops_lock);
	}
	callback->inner = sim_held.nr;
	callback->jump = trap;
}

void sim_oops_end(struct sim_machine *machine)
{
	struct sigaction now;

	if (!machine->oops)
		return;
	machine->oops = false;
	pthread_mutex_lock(&sim_oops_lock);
	if (--nr_users == 0) {
		for (unsigned int i = 0; i < NR_SIGNALS; i++) {
			sigaction(signals[i], NULL, &now);
			if (is_ours(&now))
				sigaction(signals[i], &before[i], NULL);
		}
	}
	pthread_mutex_unlock(&sim_oops_lock);
}

/* Locks as they were at the call; those of callbacks that it had made as well. */
static void put_locks_back(const struct sim_callback *callback)
{
	sim_held.outer.base = callback->inner;
	sim_held.stuck = false;
	sim_held.under = NULL;
	while (sim_held.nr > callback->inner)
		sim_held_let_go(&sim_held.lock[--sim_held.nr]);
	for (unsigned int i = callback->outer.base; i < callback->inner; i++) {
		struct sim_held_lock *held = &sim_held.lock[i];

		if (held->released && held->ops)
			held->ops->take_back(held->lock, held->write);
		held->released = false;
	}
	sim_held.outer.released = 0;
}

bool sim_oops_caught(struct sim_callback *callback)
{
	callback->jump = NULL;
	callback->addr = fault_address;
	put_locks_back(callback);
	sim_outcome_record(callback->machine, SIM_OOPS, "mm/fault.c", callback->name,
			   fault_address < NULL_END ? "a NULL pointer is followed"
						    : "a wild pointer is followed");
	return true;
}
