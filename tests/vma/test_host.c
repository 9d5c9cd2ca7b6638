/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The same calls to the kernel that runs this test and to a simulated one: each
 * result, errno included, and each line of /proc/self/maps in a window must be
 * the same. Random sequences, from SIM_SEED.
 *
 * Only what is the same in every kernel since 6.12 is asked: mremap stays within
 * one vma (6.17 moves several), and MREMAP_DONTUNMAP goes further than next to
 * its source (whether the two may merge differs between stable releases).
 *
 * A second run also stores to whatever can be written, after each call, and
 * compares all bytes that can be read. Whether a vma with pages merges with one
 * that has none changed in 6.16; so in that run all writable memory has pages,
 * and what cannot be written differs from it in VM_ACCOUNT: no MAP_NORESERVE,
 * which would hide that, no MREMAP_DONTUNMAP, which takes pages away, and no
 * mprotect() that makes several vmas writable at once.
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "support/address_space.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define NR_PAGES 40
#define NR_FILES 3	/* read-write, read-only, write-only */

enum op { OP_MMAP, OP_MUNMAP, OP_MPROTECT, OP_MREMAP, OP_MADVISE, NR_OPS };

struct call {
	enum op op;
	unsigned long addr, len;
	int prot, flags, advice;
	int file;		/* -1: anonymous */
	unsigned long pgoff;
	unsigned long new_len, new_addr;
};

struct host {
	struct as as;
	int fd[NR_FILES];
	struct file *file[NR_FILES];
	uint64_t seed;
	bool touches;
};

static bool is_supported(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) || strcmp(name.machine, "x86_64") || sysconf(_SC_PAGESIZE) != 4096)
		return false;
	if (sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 12);
}

static int open_again(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC);
}

static bool open_files(struct host *host)
{
	static const unsigned int mode[NR_FILES] = { FMODE_READ | FMODE_WRITE, FMODE_READ,
						     FMODE_WRITE };

	host->fd[0] = memfd_create("host", MFD_CLOEXEC);
	if (host->fd[0] < 0 || ftruncate(host->fd[0], AS_FILE_PAGES * 4096))
		return false;
	host->fd[1] = open_again(host->fd[0], O_RDONLY);
	host->fd[2] = open_again(host->fd[0], O_WRONLY);
	for (int i = 0; i < NR_FILES; i++)
		host->file[i] = sim_file_reopen(host->as.file, mode[i]);
	return host->fd[1] >= 0 && host->fd[2] >= 0;
}

/* ---- one call, on both ---- */

static long errno_of(long ret)
{
	return ret == -1 ? -errno : ret;
}

static long call_host(const struct host *host, const struct call *c)
{
	void *addr = (void *)c->addr;
	int fd = c->file < 0 ? -1 : host->fd[c->file];

	switch (c->op) {
	case OP_MMAP:
		return errno_of(syscall(SYS_mmap, addr, c->len, c->prot, c->flags, fd,
					c->pgoff * 4096));
	case OP_MUNMAP:
		return errno_of(syscall(SYS_munmap, addr, c->len));
	case OP_MPROTECT:
		return errno_of(syscall(SYS_mprotect, addr, c->len, c->prot));
	case OP_MREMAP:
		return errno_of(syscall(SYS_mremap, addr, c->len, c->new_len, c->flags,
					c->new_addr));
	default:
		return errno_of(syscall(SYS_madvise, addr, c->len, c->advice));
	}
}

static long call_sim(const struct host *host, const struct call *c)
{
	struct task_struct *task = host->as.task;
	struct file *file = c->file < 0 ? NULL : host->file[c->file];

	switch (c->op) {
	case OP_MMAP:
		return sim_mmap(task, c->addr, c->len, c->prot, c->flags, file, c->pgoff);
	case OP_MUNMAP:
		return sim_munmap(task, c->addr, c->len);
	case OP_MPROTECT:
		return sim_mprotect(task, c->addr, c->len, c->prot);
	case OP_MREMAP:
		return sim_mremap(task, c->addr, c->len, c->new_len, (unsigned long)c->flags,
				  c->new_addr);
	default:
		return sim_madvise(task, c->addr, c->len, c->advice);
	}
}

/* ---- what is mapped ---- */

/* "start-end perms offset kind" of the lines inside the window. */
static void window(const struct host *host, const char *maps, char *out, size_t len)
{
	unsigned long low = host->as.base, high = as_page(&host->as, NR_PAGES);
	size_t used = 0;

	out[0] = 0;
	for (const char *line = maps; line && *line; line = strchr(line, '\n'), line += !!line) {
		unsigned long start, end, offset;
		char perms[5], dev[16];

		if (sscanf(line, "%lx-%lx %4s %lx %15s", &start, &end, perms, &offset, dev) != 5)
			continue;
		if (end <= low || start >= high)
			continue;
		used += (size_t)snprintf(out + used, len - used, "%lx-%lx %s %08lx %s\n", start,
					 end, perms, offset,
					 strcmp(dev, "00:00") ? "file" : "anon");
		assert_true(used < len);
	}
}

static char *read_own_maps(void)
{
	static char maps[1 << 18];
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n;

	assert_true(fd >= 0);
	while ((n = read(fd, maps + used, sizeof(maps) - 1 - used)) > 0)
		used += (size_t)n;
	close(fd);
	maps[used] = 0;
	return maps;
}

static char *sim_own_maps(const struct host *host)
{
	static char maps[1 << 16];

	assert_in_range(sim_maps(host->as.task, maps, sizeof(maps)), 0, sizeof(maps) - 1);
	return maps;
}

static void print_call(const struct call *c)
{
	static const char *const names[] = { "mmap", "munmap", "mprotect", "mremap", "madvise" };

	print_error("%s addr=%lx len=%lx prot=%x flags=%x file=%d pgoff=%lu new_len=%lx "
		    "new_addr=%lx advice=%d\n", names[c->op], c->addr, c->len, c->prot, c->flags,
		    c->file, c->pgoff, c->new_len, c->new_addr, c->advice);
}

/* Since 6.17 mremap looks at its arguments before it looks for the vma. */
static bool same_result(const struct call *c, long want, long got)
{
	return want == got || (c->op == OP_MREMAP && want == -EINVAL && got == -EFAULT);
}

/* Does the call on both; fails where results or mappings differ. */
static void both(const struct host *host, const struct call *c)
{
	static char on_host[1 << 14], on_sim[1 << 14], before[1 << 14];
	long want, got;

	window(host, sim_own_maps(host), before, sizeof(before));
	want = call_host(host, c);
	got = call_sim(host, c);
	window(host, read_own_maps(), on_host, sizeof(on_host));
	window(host, sim_own_maps(host), on_sim, sizeof(on_sim));
	if (same_result(c, want, got) && !strcmp(on_host, on_sim))
		return;
	print_call(c);
	print_error("before:\n%shost: %ld\n%ssim: %ld\n%s", before, want, on_host, got, on_sim);
	fail();
}

/* ---- calls ---- */

static int any_prot(struct host *host)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
				     PROT_READ | PROT_EXEC };

	return prots[as_random(&host->seed, 4)];
}

static struct call any_mmap(struct host *host, unsigned long addr, unsigned long len)
{
	static const int sharing[] = { MAP_PRIVATE, MAP_PRIVATE, MAP_SHARED, 0 };
	struct call c = { OP_MMAP, addr, len, any_prot(host), 0, 0, -1, 0, 0, 0 };

	c.flags = sharing[as_random(&host->seed, as_random(&host->seed, 20) ? 3 : 4)];
	c.flags |= as_random(&host->seed, 8) ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	if (!host->touches && !as_random(&host->seed, 8))
		c.flags |= MAP_NORESERVE;
	if (as_random(&host->seed, 2)) {
		c.flags |= MAP_ANONYMOUS;
		return c;
	}
	c.file = as_random(&host->seed, 3) ? 0 : (int)as_random(&host->seed, NR_FILES);
	/* half of the time what fits a neighbour */
	c.pgoff = as_random(&host->seed, 2) ? (addr - host->as.base) / 4096
					    : as_random(&host->seed, AS_FILE_PAGES);
	return c;
}

static bool in_one_vma(const struct host *host, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *vma = find_vma(host->as.task->mm, addr);

	return !vma || vma->vm_start > addr || addr + len <= vma->vm_end;
}

/* Is [start, start + len) inside the vma at @addr, or next to it? */
static bool touches_vma_at(const struct host *host, unsigned long addr, unsigned long start,
			   unsigned long len)
{
	struct vm_area_struct *vma = find_vma(host->as.task->mm, addr);

	return vma && start <= vma->vm_end && start + len >= vma->vm_start;
}

static struct call any_mremap(struct host *host, unsigned long addr, unsigned long len)
{
	static const int flags[] = {
		0, MREMAP_MAYMOVE | MREMAP_FIXED,
		MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, MREMAP_FIXED,
	};
	struct call c = { OP_MREMAP, addr, len, 0, 0, 0, -1, 0, 0, 0 };
	unsigned long nr = 1 + as_random(&host->seed, 6);

	c.flags = flags[as_random(&host->seed, 4)];
	if (host->touches)
		c.flags &= ~MREMAP_DONTUNMAP;
	c.new_len = as_random(&host->seed, 3) ? len : nr * 4096;
	c.new_addr = as_page(&host->as, as_random(&host->seed, (uint32_t)(NR_PAGES - nr - 5)));
	if (!in_one_vma(host, addr, len) ||
	    ((c.flags & MREMAP_DONTUNMAP) && touches_vma_at(host, addr, c.new_addr, len)))
		c.flags = 0x100; /* -EINVAL */
	return c;
}

static struct call any_call(struct host *host)
{
	static const int advices[] = { MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_DONTFORK,
				       MADV_DOFORK, MADV_DONTDUMP, MADV_DODUMP, MADV_DONTNEED,
				       MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_WILLNEED, 12345 };
	unsigned long nr = 1 + as_random(&host->seed, 8);
	unsigned long addr = as_page(&host->as, as_random(&host->seed, (uint32_t)(NR_PAGES - nr)));
	struct call c = { NR_OPS, addr, nr * 4096, 0, 0, 0, -1, 0, 0, 0 };

	switch (as_random(&host->seed, 10)) {
	case 0:
	case 1:
	case 2:
		return any_mmap(host, c.addr, c.len);
	case 3:
		c.op = OP_MUNMAP;
		break;
	case 4:
	case 5:
	case 6:
		c.op = OP_MPROTECT;
		c.prot = any_prot(host);
		if (host->touches && !in_one_vma(host, c.addr, c.len))
			c.prot &= ~PROT_WRITE;
		break;
	case 7:
	case 8:
		return any_mremap(host, c.addr, c.len);
	default:
		c.op = OP_MADVISE;
		c.advice = advices[as_random(&host->seed, SIM_ARRAY_SIZE(advices))];
	}
	if (!as_random(&host->seed, 30))
		c.addr += 1 + as_random(&host->seed, 4095);
	if (!as_random(&host->seed, 30))
		c.len = as_random(&host->seed, 2) ? 0 : c.len - as_random(&host->seed, 4095);
	return c;
}

static bool start(struct host *host)
{
	memset(host, 0, sizeof(*host));
	if (!is_supported())
		return false;
	as_create(&host->as, "x86_64", "6.12");
	/* The window lies below all that the program has mapped; a test that
	 * failed may have left something. */
	munmap((void *)host->as.base, NR_PAGES * 4096);
	return open_files(host);
}

static void stop(struct host *host)
{
	for (int i = 0; i < NR_FILES; i++) {
		close(host->fd[i]);
		fput(host->file[i]);
	}
	as_destroy(&host->as);
}

static void clear(struct host *host)
{
	struct call c = { OP_MUNMAP, host->as.base, NR_PAGES * 4096, 0, 0, 0, -1, 0, 0, 0 };

	both(host, &c);
}

/* ---- bytes ---- */

/* May byte 0 of the page be touched? Not past the end of the file. */
static bool accessible(const struct host *host, unsigned long addr, unsigned long right)
{
	struct vm_area_struct *vma = find_vma(host->as.task->mm, addr);

	if (!vma || vma->vm_start > addr || !(vma->vm_flags & right))
		return false;
	return !vma->vm_file || !vma->vm_file->f_mapping->sim_nr_pages ||
	       vma->vm_pgoff + (addr - vma->vm_start) / 4096 <
	       vma->vm_file->f_mapping->sim_nr_pages;
}

static void compare_bytes(const struct host *host, const struct call *c)
{
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		unsigned long addr = as_page(&host->as, i);
		unsigned char on_host, on_sim = 0;

		if (!accessible(host, addr, VM_READ))
			continue;
		on_host = *(volatile unsigned char *)addr;
		assert_int_equal(sim_read(host->as.task, addr, &on_sim, 1), 0);
		if (on_host == on_sim)
			continue;
		print_call(c);
		fail_msg("page %lu: host %u, sim %u", i, on_host, on_sim);
	}
}

static void store_bytes(struct host *host)
{
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		unsigned long addr = as_page(&host->as, i);
		unsigned char byte = (unsigned char)as_random(&host->seed, 256);

		if (!accessible(host, addr, VM_WRITE))
			continue;
		*(volatile unsigned char *)addr = byte;
		assert_int_equal(sim_write(host->as.task, addr, &byte, 1), 0);
	}
}

static void random_sequences(bool touches)
{
	struct host host;

	if (!start(&host))
		skip();
	host.seed = as_seed(42);
	host.touches = touches;
	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < 60; i++) {
			struct call c = any_call(&host);

			both(&host, &c);
			if (!touches)
				continue;
			compare_bytes(&host, &c);
			store_bytes(&host);
		}
		as_check(&host.as, host.as.task);
		clear(&host);
	}
	stop(&host);
}

static void test_host_random_sequences(void **state)
{
	(void)state;
	random_sequences(false);
}

static void test_host_random_sequences_with_bytes(void **state)
{
	(void)state;
	random_sequences(true);
}

/* Arguments at their limits. */
static void test_host_bad_arguments(void **state)
{
	static const unsigned long lens[] = { 0, 1, 4096, 1UL << 46, 1UL << 47, 1UL << 48,
					      ~0UL - 4095, ~0UL };
	struct host host;

	(void)state;
	if (!start(&host))
		skip();
	for (size_t l = 0; l < SIM_ARRAY_SIZE(lens); l++) {
		unsigned long base = host.as.base;
		struct call calls[] = {
			{ OP_MMAP, base + 1, lens[l], 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			  0, -1, 0, 0, 0 },
			{ OP_MMAP, 1UL << 47, lens[l], 0,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0, -1, 0, 0, 0 },
			{ OP_MMAP, base, lens[l] > 4096 ? 4096 : lens[l], PROT_READ,
			  MAP_PRIVATE | MAP_FIXED, 0, 0, ~0UL >> 12, 0, 0 },
			{ OP_MPROTECT, base, lens[l], 0, 0, 0, -1, 0, 0, 0 },
			{ OP_MPROTECT, base, lens[l], 0x80, 0, 0, -1, 0, 0, 0 },
			{ OP_MADVISE, base, lens[l], 0, 0, MADV_DONTFORK, -1, 0, 0, 0 },
			{ OP_MADVISE, base, lens[l], 0, 0, 9999, -1, 0, 0, 0 },
			{ OP_MREMAP, base, lens[l], 4096, 0, 0, -1, 0, 4096, 0 },
			{ OP_MREMAP, base, 4096, 0, 0, 0, -1, 0, lens[l], 0 },
			{ OP_MREMAP, base, 4096, 0, MREMAP_MAYMOVE | MREMAP_FIXED, 0, -1, 0, 4096,
			  lens[l] },
		};

		for (size_t i = 0; i < SIM_ARRAY_SIZE(calls); i++)
			both(&host, &calls[i]);
	}
	clear(&host);
	stop(&host);
}

/* Names begin in the same column. */
static void test_host_maps_columns(void **state)
{
	unsigned long addr = 0;
	struct host host;
	const char *real, *ours;
	long at_real, at_ours;

	(void)state;
	if (!start(&host))
		skip();
	addr = host.as.base;
	both(&host, &(struct call){ OP_MMAP, addr, 4096, PROT_READ, MAP_SHARED | MAP_FIXED, 0, 0,
				    3, 0, 0 });
	real = strstr(read_own_maps(), "10000000-10001000");
	ours = strstr(sim_own_maps(&host), "10000000-10001000");
	assert_non_null(real);
	assert_non_null(ours);
	at_real = strchr(real, '/') - real;
	at_ours = strstr(ours, "file") - ours;
	assert_int_equal(at_ours, at_real);
	clear(&host);
	stop(&host);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_host_random_sequences),
	cmocka_unit_test(test_host_random_sequences_with_bytes),
	cmocka_unit_test(test_host_bad_arguments),
	cmocka_unit_test(test_host_maps_columns),
};

int main(int argc, char **argv)
{
	if (!is_supported())
		return SIM_TEST_SKIP;
	if (argc > 1 && sim_test_filter(tests, SIM_ARRAY_SIZE(tests), argv[1]))
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
