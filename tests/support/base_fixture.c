/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu.h"
#include "phys/layout.h"
#include "support/outcomes.h"

#define THREADS_MAX 128

struct sim_machine *bare_machine_create(void)
{
	struct sim_machine *machine = sim_arena_create(sizeof(struct sim_machine));

	assert_non_null(machine);
	assert_int_equal(sim_cpu_init(machine), 0);
	expect_outcomes(machine);
	return machine;
}

struct sim_machine *bare_machine_create_phys(void)
{
	struct sim_machine *machine = bare_machine_create();

	assert_int_equal(sim_phys_create(machine, 12, BARE_RAM_START, BARE_RAM_PAGES,
					 BARE_IO_START, BARE_IO_PAGES), 0);
	return machine;
}

void bare_machine_destroy(struct sim_machine *machine)
{
	sim_arena_destroy(machine);
}

int bare_setup(void **state)
{
	*state = bare_machine_create();
	return 0;
}

int bare_setup_phys(void **state)
{
	*state = bare_machine_create_phys();
	return 0;
}

int bare_teardown(void **state)
{
	struct sim_machine *machine = *state;
	int leaks = 0;

	sim_phys_destroy(machine);
	for (int kind = 0; kind < SIM_NR_OBJECTS; kind++) {
		unsigned long live = sim_live_objects(machine, (enum sim_object)kind);

		if (kind == SIM_OBJ_CPU || live == 0)
			continue;
		print_error("%lu %s alive\n", live, sim_object_name((enum sim_object)kind));
		leaks++;
	}
	bare_machine_destroy(machine);
	return leaks;
}

struct start {
	pthread_barrier_t barrier;
	void *(*fn)(void *data);
	void *data;
};

static void *start_thread(void *arg)
{
	struct start *start = arg;

	pthread_barrier_wait(&start->barrier);
	return start->fn(start->data);
}

void run_threads(unsigned int nr, void *(*fn)(void *data), void *data)
{
	pthread_t thread[THREADS_MAX];
	struct start start = { .fn = fn, .data = data };

	assert_in_range(nr, 1, THREADS_MAX);
	pthread_barrier_init(&start.barrier, NULL, nr);
	for (unsigned int i = 0; i < nr; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, start_thread, &start), 0);
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&start.barrier);
}

int signal_of(void (*fn)(void), char *said, size_t size)
{
	int fd[2], status = 0;
	size_t used = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		const struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		dup2(fd[1], STDERR_FILENO);
		fn();
		_exit(0);
	}
	close(fd[1]);
	while (used < size - 1 && (got = read(fd[0], said + used, size - 1 - used)) > 0)
		used += (size_t)got;
	said[used] = '\0';
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}
