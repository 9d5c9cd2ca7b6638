/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * access.c - a program loads from and stores to memory.
 *
 *	1. the MMU walks. It lets the access through: move the bytes, done
 *	2. otherwise a fault: find the vma, check its rights (SIGSEGV)
 *	3. handle_mm_fault(): an error is a signal; RETRY and COMPLETED have let
 *	   go of mmap_lock
 *	4. back to 1
 *
 * 1 is one RCU read section, walk and bytes: a TLB flush waits for it, and pages
 * are freed after the flush only.
 *
 * A real CPU would go round for ever where a handler answers success without
 * mapping (TTM does on some errors). Here MAX_FAULTS rounds without an access
 * end in -EAGAIN.
 */
#include <signal.h>

#include "pte/lockless.h"
#include "vma/internal.h"

/* Far above what contention between threads needs. */
#define MAX_FAULTS 1000 /* tell_endless() says it in words */

struct user_access {
	struct task_struct *task;
	struct mm_struct *mm;	/* the task's */
	unsigned long addr;
	void *to;		/* a load */
	const void *from;	/* a store, or NULL */
	const char *call;	/* sim_read() and its like */
};

/* Notes what the task is told, and returns the signal. */
static int send_signal(const struct user_access *access, int signo, int code)
{
	struct sim_siginfo *info = &access->task->sim_signal;

	__atomic_store_n(&info->signo, signo, __ATOMIC_RELAXED);
	__atomic_store_n(&info->code, code, __ATOMIC_RELAXED);
	__atomic_store_n(&info->addr, access->addr, __ATOMIC_RELAXED);
	return signo;
}

struct sim_siginfo sim_last_signal(const struct task_struct *task)
{
	const struct sim_siginfo *info = &task->sim_signal;

	return (struct sim_siginfo){
		.signo = __atomic_load_n(&info->signo, __ATOMIC_RELAXED),
		.code = __atomic_load_n(&info->code, __ATOMIC_RELAXED),
		.addr = __atomic_load_n(&info->addr, __ATOMIC_RELAXED),
	};
}

/* All within one page. 0, or -EFAULT: a fault is to be taken. */
static int access_bytes(const struct user_access *access, size_t len)
{
	struct mm_struct *mm = access->mm;
	size_t offset = access->addr & (page_size(mm) - 1);
	unsigned long pfn;
	int ret;

	lockless_begin(mm);
	ret = sim_mmu_access(mm, access->addr, access->from, &pfn);
	if (ret) {
		lockless_end();
		return ret;
	}
	if (access->from)
		ret = sim_phys_write(mm->sim_machine, pfn, offset, access->from, len);
	else
		ret = sim_phys_read(mm->sim_machine, pfn, offset, access->to, len);
	lockless_end();
	/* no memory answers there */
	return ret == -EFAULT ? send_signal(access, SIGBUS, BUS_ADRERR) : ret;
}

/* Does the architecture let a user load from what is only executable? */
static bool exec_is_readable(const struct sim_mmu *mmu)
{
	const struct sim_entry_format *fmt = &mmu->format[SIM_LEAF_PTE];
	uint64_t e = fmt_make(fmt, 0, sim_vm_page_prot(mmu, VM_EXEC).pgprot);

	return fmt_test(fmt, SIM_TEST_HW_READ, fmt_op(fmt, SIM_OP_MKYOUNG, e));
}

/* Models: arch/x86/mm/fault.c, access_error, 6.1, and its likes. */
static bool access_allowed(const struct vm_area_struct *vma, bool write)
{
	unsigned long enough = VM_READ | VM_WRITE;

	if (write)
		return vma->vm_flags & VM_WRITE;
	if (vma->vm_mm->sim_machine->arch->no_read_of_write_only)
		enough = VM_READ;
	if (vma->vm_flags & enough)
		return true;
	return (vma->vm_flags & VM_EXEC) && exec_is_readable(vma->vm_mm->sim_mmu);
}

/*
 * What a fault result means for the program: 0 = try again. Most architectures tell
 * VM_FAULT_SIGSEGV as if nothing were mapped; some have changed the code by then.
 * Models: arch/x86/mm/fault.c, do_sigbus and do_user_addr_fault; arch/mips/mm/fault.c,
 * __do_page_fault; arch/um/kernel/trap.c, handle_page_fault; 6.1 and 6.12.
 */
static int fault_signal(const struct user_access *access, vm_fault_t fault)
{
	const struct sim_machine *machine = access->task->sim_machine;
	int code = machine->arch->sigsegv_is_accerr ? SEGV_ACCERR : SEGV_MAPERR;

	if (sim_is_crashed(machine))
		return -EIO;
	if (fault & VM_FAULT_OOM)
		return -ENOMEM;
	if (fault & VM_FAULT_HWPOISON)
		return send_signal(access, SIGBUS, BUS_MCEERR_AR);
	if (fault & VM_FAULT_SIGBUS)
		return send_signal(access, SIGBUS, BUS_ADRERR);
	return fault & VM_FAULT_ERROR ? send_signal(access, SIGSEGV, code) : 0;
}

/*
 * One fault. *@tried: it is a repetition.
 * Models: arch/x86/mm/fault.c, do_user_addr_fault, 5.11 to 6.12; without stacks
 * that grow.
 */
static int take_fault(const struct user_access *access, bool *tried)
{
	struct mm_struct *mm = access->mm;
	unsigned int flags = FAULT_FLAG_DEFAULT | FAULT_FLAG_USER;
	struct vm_area_struct *vma;
	vm_fault_t fault;

	flags |= (access->from ? FAULT_FLAG_WRITE : 0) | (*tried ? FAULT_FLAG_TRIED : 0);
	if (sim_mmap_read_lock(mm, access->call))
		return -EDEADLK;
	vma = vma_lookup(mm, access->addr);
	if (!vma || !access_allowed(vma, access->from)) {
		sim_mmap_unlock(mm);
		if (sim_is_crashed(mm->sim_machine))
			return -EIO;
		return send_signal(access, SIGSEGV, vma ? SEGV_ACCERR : SEGV_MAPERR);
	}
	fault = handle_mm_fault(vma, access->addr, flags, NULL);
	if (!(fault & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
		sim_mmap_unlock(mm);
	*tried = fault & VM_FAULT_RETRY;
	return fault_signal(access, fault);
}

/* A program would go on for ever. Told as if its handler were under way: that it
 * returned so, again and again, is why. */
static void tell_endless(const struct user_access *access)
{
	struct sim_callback callback = { .up = sim_thread.callback, .addr = access->addr };
	struct mm_struct *mm = access->task->mm;
	const struct vm_area_struct *vma;

	if (sim_mmap_read_lock(mm, access->call))
		return;
	vma = vma_lookup(mm, access->addr);
	if (vma && vma->vm_ops && vma->vm_ops->fault) {
		callback.name = "->fault";
		memcpy(&callback.fn, &vma->vm_ops->fault, sizeof(callback.fn));
	}
	sim_mmap_unlock(mm);
	sim_thread.callback = &callback;
	sim_outcome_record(mm->sim_machine, SIM_ENDLESS, "mm/memory.c", "handle_mm_fault",
			   "1000 faults without progress");
	sim_thread.callback = callback.up;
}

static int access_within_page(const struct user_access *access, size_t len)
{
	const struct task_struct *task = access->task;
	bool tried = false;

	for (int i = 0; i < MAX_FAULTS; i++) {
		int ret = access_bytes(access, len);

		if (ret == -EFAULT)
			ret = take_fault(access, &tried);
		else
			return ret;
		if (ret)
			return ret;
		/* The signal would be delivered before the access is repeated. */
		if (tried && __atomic_load_n(&task->sim_signal_pending, __ATOMIC_RELAXED))
			return -EINTR;
	}
	if (__atomic_load_n(&task->sim_signal_pending, __ATOMIC_RELAXED))
		return -EINTR;
	tell_endless(access);
	return -EAGAIN;
}

static int access_mm(struct user_access *access, size_t len)
{
	size_t page = page_size(access->mm);
	int ret = 0;

	if (len && !access->to && !access->from)
		return -EINVAL;
	while (!ret && len) {
		size_t chunk = page - (access->addr & (page - 1));

		if (chunk > len)
			chunk = len;
		if (access->addr >= access->mm->task_size)
			return send_signal(access, SIGSEGV, SEGV_MAPERR);
		ret = access_within_page(access, chunk);
		access->addr += chunk;
		if (access->from)
			access->from = (const char *)access->from + chunk;
		else
			access->to = (char *)access->to + chunk;
		len -= chunk;
	}
	return ret;
}

static int user_access(struct task_struct *task, unsigned long addr, void *to, const void *from,
		       size_t len)
{
	struct user_access access = { task, NULL, addr, to, from,
				      from ? "sim_write" : "sim_read" };
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	if (ret)
		return ret;
	access.mm = call.mm;
	return (int)sim_call_end(&call, access_mm(&access, len));
}

int sim_read(struct task_struct *task, unsigned long addr, void *buf, size_t len)
{
	return user_access(task, addr, buf, NULL, len);
}

int sim_write(struct task_struct *task, unsigned long addr, const void *buf, size_t len)
{
	return user_access(task, addr, NULL, buf, len);
}

/* Pages of [addr, end) that need no fault. Returns where the first other one begins. */
static unsigned long touch_mapped(struct mm_struct *mm, unsigned long addr, unsigned long end,
				  bool write)
{
	lockless_begin(mm);
	addr = sim_mmu_touch(mm, addr, end, write);
	lockless_end();
	return addr;
}

static int touch_mm(struct task_struct *task, struct mm_struct *mm, unsigned long addr,
		    unsigned long len, bool write)
{
	static const char nothing[1];
	char byte;
	struct user_access access = { task, mm, 0, &byte, write ? nothing : NULL, "sim_touch" };
	unsigned long end;
	int ret;

	if (!page_aligned(mm, addr | len))
		return -EINVAL;
	access.addr = addr;
	if (addr > mm->task_size || len > mm->task_size - addr)
		return send_signal(&access, SIGSEGV, SEGV_MAPERR);
	for (end = addr + len; addr < end;) {
		unsigned long next = touch_mapped(mm, addr, end, write);

		/* Not even one: an access of no bytes takes what faults it needs. */
		access.addr = addr;
		ret = next == addr ? access_within_page(&access, 0) : 0;
		if (ret)
			return ret;
		addr = next == addr ? addr + page_size(mm) : next;
	}
	return 0;
}

int sim_touch(struct task_struct *task, unsigned long addr, unsigned long len, bool write)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	if (ret)
		return ret;
	return (int)sim_call_end(&call, touch_mm(task, call.mm, addr, len, write));
}
