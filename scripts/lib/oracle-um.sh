# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash
#
# Sourced by the confs of User-Mode Linux: the kernel as a program of this
# machine, built from Debian's source package in about four minutes (two CPUs).
# It boots in a fraction of a second, needs no emulator, and no root.

UM_CONFIG=tests/oracle/kernels/um.config

# Of 1.4 GB, what is neither compiled nor asked by Kconfig.
UM_LEAVE_OUT=(--exclude='*/Documentation/*/*' --exclude='*/tools/testing/*'
	--exclude='*/drivers/gpu/*.[chS]' --exclude='*/drivers/net/*/*.[chS]'
	--exclude='*/drivers/media/*.[chS]' --exclude='*/sound/*.[chS]' --exclude='*.dts*')

# change FILE FROM TO: sed's s|FROM|TO|, which must have something to do.
change() {
	local file=$WORK/src/$1

	grep -q -- "$2" "$file" || die "$1 has no '$2': does it need that change still?"
	sed -i "s|$2|${3//$'\n'/\\n}|" "$file"
}

# The kernel under test is Linux's but for what follows.
change_um() {
	# Modules are offered a symbol that glibc has no more since 2.33.
	change arch/um/os-Linux/user_syms.c '^EXPORT_SYMBOL_PROTO(__xmknod);$' ''
	# Room for a task's vector registers, in bytes. Where it is less than what the CPU
	# has (AMX: 11008), they cannot be written back and no task runs.
	change arch/x86/um/user-offsets.c '(HOST_FP_SIZE, [0-9]*)' '(HOST_FP_SIZE, 11264)'
	# A VM that is killed would leave its tasks behind, as processes of this
	# machine whose system calls no one intercepts.
	change arch/um/os-Linux/skas/process.c 'PTRACE_O_TRACESYSGOOD' \
		'(PTRACE_O_TRACESYSGOOD \| PTRACE_O_EXITKILL)'
	# pfn_valid() of I/O memory, for which there is no struct page.
	change arch/um/kernel/physmem.c '= phys_pages + iomem_pages' '= phys_pages'
	# A line that was once throttled has no interrupts ever after.
	change arch/um/drivers/line.c 'deactivate_chan(line->chan_in, line->read_irq);' ';'
	# Reports of bad entries and pages are silent after the 60th in a minute, and
	# without probes the text is all that the runner has.
	change mm/memory.c 'nr_shown == 60' 'false'
	change mm/page_alloc.c 'nr_shown == 60' 'false'
	change_um_bug
	change_um_host
	change_um_refill
}

# Without an own BUG() of the architecture, any is a panic. Here it ends the task, as
# elsewhere, and is reported in the same words.
change_um_bug() {
	change include/asm-generic/bug.h 'printk("BUG: failure at .*;' \
		'printk("kernel BUG at %s:%d!\\n", __FILE__, __LINE__);'
	change include/asm-generic/bug.h 'panic("BUG!");' 'oracle_bug();'
	change include/linux/panic.h '^struct pt_regs;$' \
		'struct pt_regs;\n__noreturn void oracle_bug(void);'
	cat >>"$WORK/src/kernel/panic.c" <<-'END'

		void oracle_bug(void)
		{
			dump_stack();
			make_task_dead(SIGSEGV);
		}
		EXPORT_SYMBOL(oracle_bug);
	END
}

# What the host maps is the hardware here; it shall do what the tables say.
change_um_host() {
	# An entry that is not young is mapped as executable only, and whether that
	# can be read depends on the CPU: on protection keys.
	change arch/um/kernel/tlb.c '\<r = 0;' 'r = x = 0;'
	# A child's address space begins as its parent's. What it has not inherited
	# (MADV_DONTFORK) was mapped in it all the same.
	change arch/um/kernel/process.c '^.force_flush_all();' '
	void *data = NULL;\n
	if (atomic_read(\&current->mm->mm_users) == 1)
		unmap(\&current->mm->context.id, 0, TASK_SIZE, 1, \&data);
&'
}

# An entry that the host has not been told of yet is no fault, as a miss in a TLB is
# none: a mapping for stores only could be read, or not, depending on that.
change_um_refill() {
	change arch/um/kernel/trap.c '^.\*code_out = SEGV_ACCERR;' '&
	pte = virt_to_pte(mm, address);
	if (pte \&\& pte_present(*pte) \&\& pte_newpage(*pte) \&\& pte_young(*pte) \&\&
	    (!is_write \|\| (pte_write(*pte) \&\& pte_dirty(*pte)))) {
		flush_tlb_page(vma, address);
		err = 0;
		goto out;
	}'
}

make_um() {
	quietly "$WORK/build.log" make -C "$WORK/src" -j"$(nproc)" ARCH=um "$@"
}

# um_kernel PACKAGE: of Debian's source package, anew where that or the recipe is.
# shellcheck disable=SC2034 # scripts/lib/oracle.sh uses KBUILD
um_kernel() {
	local package=$1 version

	setup_packages "$package" flex bison bc
	version=$(dpkg-query -W -f='${Version}' "$package" 2>/dev/null || echo unknown)
	version+=" $(cat "$UM_CONFIG" "${BASH_SOURCE[0]}" | cksum)"
	KBUILD=$WORK/src
	IMAGE=$WORK/src/linux
	[ "$version" != "$(cat "$WORK/version" 2>/dev/null)" ] || return 0

	say "$KERNEL: building the kernel: a few minutes"
	rm -rf "$WORK/version" "$WORK/src" "$WORK/module"
	mkdir "$WORK/src"
	tar -xf "/usr/src/$package.tar.xz" -C "$WORK/src" --strip-components=1 \
		"${UM_LEAVE_OUT[@]}"
	change_um
	make_um KCONFIG_ALLCONFIG="$PWD/$UM_CONFIG" allnoconfig
	make_um linux modules_prepare
	printf '%s\n' "$version" >"$WORK/version"
}

# A file of I/O memory without a name, the console's log, and the kernel: a panic
# sends a signal to its process group, and kernels newer than it have glibc
# register per-thread memory that it does not know.
# shellcheck disable=SC2016 # the inner shell's
UM_START='log=$1 io=$(mktemp) && shift && truncate -s 16M "$io" && exec 3<>"$io" 2>>"$log" &&
	rm "$io" && GLIBC_TUNABLES=glibc.pthread.rseq=0 exec "$@"'

# The first serial line is stdin and stdout; what the kernel says goes to stderr.
# shellcheck disable=SC2034,SC2054 # scripts/oracle runs VM; commas are the kernel's
vm_um() {
	VM=(setsid -w sh -c "$UM_START" sh "$LOG" "$IMAGE" mem=256M "initrd=$INITRAMFS"
		iomem=ttmsim,/proc/self/fd/3 "uml_dir=$WORK/uml"
		con=null con0=null,fd:2 ssl=null ssl0=fd:0,fd:1 console=tty0)
	# shellcheck disable=SC2207 # words
	VM+=($(kernel_parameters))
}
