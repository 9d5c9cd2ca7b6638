/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/run.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

static void fail_cheap(void)
{
	int zero = 0;

	sim_assert(zero == 1);
	(void)zero;
}

static void fail_expensive(void)
{
	int zero = 0;

	sim_assert_expensive(zero == 1);
	(void)zero;
}

/* Runs @fn in a child; stores what it says. Returns the signal that ended it. */
static int signal_of(void (*fn)(void), char *said, size_t size)
{
	int fd[2], status = 0;
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
	got = read(fd[0], said, size - 1);
	said[got > 0 ? got : 0] = '\0';
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_assert_true_does_nothing(void **state)
{
	int zero = 0;

	(void)state;
	sim_assert(zero == 0);
	sim_assert_expensive(zero == 0);
	(void)zero;
}

static void test_assert_false_aborts_and_says_where(void **state)
{
	char said[512];

	(void)state;
	if (SIM_ASSERT_LEVEL < 1)
		skip();
	assert_int_equal(signal_of(fail_cheap, said, sizeof(said)), SIGABRT);
	assert_non_null(strstr(said, "test_assert.c"));
	assert_non_null(strstr(said, "fail_cheap"));
	assert_non_null(strstr(said, "zero == 1"));
}

static void test_assert_follows_its_level(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(signal_of(fail_cheap, said, sizeof(said)),
			 SIM_ASSERT_LEVEL >= 1 ? SIGABRT : 0);
	assert_int_equal(signal_of(fail_expensive, said, sizeof(said)),
			 SIM_ASSERT_LEVEL >= 2 ? SIGABRT : 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_assert_true_does_nothing),
	cmocka_unit_test(test_assert_false_aborts_and_says_where),
	cmocka_unit_test(test_assert_follows_its_level),
};
SIM_TEST_MAIN(tests)
