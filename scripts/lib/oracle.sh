# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash
#
# Sourced by scripts/oracle: gets a kernel, builds the module and the runner for
# it, packs them for the VM. All of it lies in $ORACLE_CACHE/KERNEL.
#
# tests/oracle/kernels/KERNEL.conf is bash. It sets
#
#	ARCH		the architecture as ttmsim names it
#	RELEASE		the kernel release as ttmsim names it
#	PACKAGES	array: what is to be installed
#	CROSS		prefix of the compiler whose programs run there; empty: this machine's
#	MAKE_ARGS	array: for the kernel's make (ARCH=... CROSS_COMPILE=...)
#	PARAMETERS	array: kernel parameters besides those of kernel_parameters()
#	GUEST_TTY	device in the guest that the runner talks on; init has it as $ORACLE_TTY
#	BUILT_ON	what uname -m must say here; empty: anything
#	UNAME		what the guest's uname -r must begin with; get_kernel may, too
#
# of which ARCH, RELEASE, GUEST_TTY must be set, and defines two functions
#
#	get_kernel	the kernel in place, in $WORK or elsewhere, if it is not there
#			yet; sets IMAGE, what the VM boots, and KBUILD, the folder
#			that modules are built against, and adds to MODULES, an array of
#			lines "FILE PARAMETERS" loaded in this order before our own
#	vm_command	sets VM, an array: the command that boots IMAGE with INITRAMFS and
#			the parameters that kernel_parameters prints; the guest's
#			GUEST_TTY is its stdin and stdout, the console goes to LOG
#
# and may set MODULE_PARAMETERS, a string: parameters of ttmsim_oracle itself; and
# COMMON_PARAMETERS to fewer, where a command line has no room for all of them.
# Set while they run: KERNEL, WORK (folder of this kernel, exists), INITRAMFS, LOG.
# get_kernel runs in the source tree's top folder; debian_kernel, or
# foreign_debian_kernel, and vm_x86_64 below are what confs of Debian's kernels call.

cache_home() {
	local home=${HOME:-}

	[ -n "$home" ] || home=$(getent passwd "$(id -u)" | cut -d: -f6) || home=
	[ -n "$home" ] || die "no home folder to build in: set XDG_CACHE_HOME"
	printf '%s\n' "$home/.cache"
}

ORACLE_CACHE=${XDG_CACHE_HOME:-$(cache_home)}/ttmsim/oracle
KERNELS_DIR=tests/oracle/kernels
PACKAGES_ORACLE=(cpio kmod make gcc libc6-dev xz-utils)

# Sources of the library that the runner has: the language and the names, no simulator.
# They include nothing but libc's headers.
RUNNER_SOURCES=(lib/base/{names,text}.c lib/pte/arch.c lib/pte/arch/*.c lib/sim/releases.c
	lib/scenario/{args,error,lex,parse,show,value,table,transcript}.c)
RUNNER_FLAGS=(-static -O2 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra
	-Iinclude -Ilib -Itests/oracle/module)

all_kernels() {
	local conf

	for conf in "$KERNELS_DIR"/*.conf; do
		conf=${conf##*/}
		printf '%s\n' "${conf%.conf}"
	done
}

# select_kernels NAME: the kernel of that name; of a release that of x86_64, of an
# architecture all.
select_kernels() {
	local kernel found=1

	for kernel in "$1" "x86_64-$1"; do
		if [ -f "$KERNELS_DIR/$kernel.conf" ]; then
			printf '%s\n' "$kernel"
			return 0
		fi
	done
	while read -r kernel; do
		case $kernel in
		"$1"-*) printf '%s\n' "$kernel"; found=0 ;;
		esac
	done < <(all_kernels)
	return $found
}

# load_kernel NAME: its conf, and where its things lie.
load_kernel() {
	KERNEL=$1
	CROSS='' IMAGE='' KBUILD='' MODULE_PARAMETERS='' BUILT_ON='' UNAME=''
	PACKAGES=() MAKE_ARGS=() PARAMETERS=() MODULES=() VM=() APT=()
	COMMON_PARAMETERS=("${USUAL_PARAMETERS[@]}")
	# shellcheck source=/dev/null
	. "$KERNELS_DIR/$KERNEL.conf"
	WORK=$ORACLE_CACHE/$KERNEL
	INITRAMFS=$WORK/initramfs.gz
	LOG=$WORK/console.$$.log
	[ "${BUILT_ON:-$(uname -m)}" = "$(uname -m)" ] ||
		die "$KERNEL: its module needs a machine of $BUILT_ON to be built, with headers and" \
			"compiler of it; this one is of $(uname -m)"
	mkdir -p "$WORK"
}

# quietly LOG COMMAND...: its output only where it fails.
quietly() {
	local log=$1
	shift

	"$@" >"$log" 2>&1 </dev/null && return 0
	cat "$log" >&2
	die "failed: $*"
}

# ---- Debian's kernels ----

# Options of apt: none for packages of this machine's architecture.
APT=()

# newest META: the package that a meta package stands for at present; none where
# the index does not know.
newest() {
	local packages

	packages=$(apt-cache "${APT[@]}" depends "$1" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-[a-z]*-[0-9]\)/\1/p') || return 0
	printf '%s\n' "${packages%%$'\n'*}"
}

update_index() {
	if [ ${#APT[@]} -eq 0 ]; then
		as_root apt-get update -qq </dev/null
	else
		apt-get "${APT[@]}" update -qq </dev/null
	fi
}

# A mirror keeps only the newest: an index that is out of date names what is gone.
download() {
	(cd "$WORK" && apt-get "${APT[@]}" download -qq "$1" 2>"$WORK/download.log") && return 0
	update_index
	(cd "$WORK" && apt-get "${APT[@]}" download -qq "$1")
}

# unpack PACKAGE [PATTERN...]: its files of these names, or all, into $WORK/root;
# sets VERSION.
unpack() {
	local package=$1 deb
	shift

	say "getting $package"
	download "$package"
	deb=("$WORK/${package}"_*.deb)
	VERSION=$(dpkg-deb --field "${deb[0]}" Version)
	mkdir -p "$WORK/root"
	dpkg-deb --fsys-tarfile "${deb[0]}" |
		tar -x --no-same-owner -C "$WORK/root" --wildcards "$@"
	rm "${deb[@]}"
}

# get_image META: sets UNAME, IMAGE, VERSION, adds to MODULES; a new one if
# $WORK/package names another.
get_image() {
	local image have='' modules='' module file

	image=$(newest "$1")
	[ -n "$image" ] || image=$(sed 's/ .*//' "$WORK/package" 2>/dev/null) ||
		die "$1: no such package; run apt-get update"
	UNAME=${image#linux-image-}
	IMAGE=$WORK/root/boot/vmlinuz-$UNAME
	[ ! -f "$WORK/package" ] || read -r have VERSION modules <"$WORK/package"
	if [ "$have $modules" != "$image ${GUEST_MODULES[*]}" ]; then
		rm -rf "$WORK"/root "$WORK"/*.deb
		unpack "$image" './boot/vmlinuz-*' '*/kernel/drivers/block/brd.ko*' \
			'*/kernel/drivers/char/*' '*/kernel/drivers/virtio/*'
		find "$WORK/root" -name '*.xz' -exec unxz {} +
		printf '%s\n' "$image $VERSION ${GUEST_MODULES[*]}" >"$WORK/package"
	fi
	for module in "${GUEST_MODULES[@]}"; do
		# None where it is built in; one of the folders is not there.
		file=$(find "$WORK"/root/{,usr/}lib/modules -name "$module.ko" 2>/dev/null) || true
		case $module in
		brd) [ -n "$file" ] || die "$image has no module brd"
			MODULES+=("$file $BRD_PARAMETERS") ;;
		*) [ -z "$file" ] || MODULES+=("$file") ;;
		esac
	done
}

# debian_kernel IMAGE-META HEADERS-META: of the newest release that both have.
debian_kernel() {
	setup_packages "$2"
	get_image "$1"
	KBUILD=/usr/src/linux-headers-$UNAME
	[ -d "$KBUILD" ] || setup_packages "linux-headers-$UNAME"
}

# An apt of its own with this machine's sources and keys: dpkg need not know of
# the architecture. Its index is got once, and again where it proves out of date.
foreign_apt() {
	local root=$ORACLE_CACHE/apt-$1

	mkdir -p "$root"/{state,cache/archives}
	APT=(-o "Dir::State=$root/state" -o "Dir::Cache=$root/cache"
		-o Dir::State::status=/dev/null -o "APT::Architecture=$1"
		-o "APT::Architectures::=$1" -o Acquire::Languages=none
		-o "APT::Sandbox::User=$(id -un)")
	[ -n "$(find "$root/state" -name '*_Packages*' -print -quit)" ] || update_index
}

# foreign_debian_kernel DEBIAN-ARCH IMAGE-META: as debian_kernel, of another
# architecture. Nothing of it is installed: its headers lie in $WORK/root, too,
# with links to where this machine's linux-kbuild would be beside them.
foreign_debian_kernel() {
	local src=$WORK/root/usr/src kbuild

	foreign_apt "$1"
	get_image "$2"
	KBUILD=$src/linux-headers-$UNAME
	kbuild=linux-kbuild-$(cut -d. -f1-2 <<<"$UNAME")
	setup_packages "$kbuild"
	[ ! -L "$WORK/root/usr/lib/$kbuild" ] || return 0
	unpack "linux-headers-$UNAME"
	unpack "linux-headers-${UNAME%-"${UNAME#*-*-}"}-common"
	sed -i "s|/usr/src/|$src/|" "$KBUILD/Makefile"
	mkdir -p "$WORK/root/usr/lib"
	ln -s "/usr/lib/$kbuild" "$WORK/root/usr/lib/$kbuild"
}

# O_DIRECT needs a block device, the port its driver; in this order.
GUEST_MODULES=(brd virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev
	virtio_pci virtio_console)
BRD_PARAMETERS='rd_nr=1 rd_size=1024'

# The guest's vport0p1 is QEMU's stdin and stdout. An emulated UART costs 20 us of CPU
# for each byte, more than all that a scenario does.
QEMU_PORT=(-chardev 'stdio,id=port' -device virtio-serial
	-device 'virtserialport,chardev=port,name=oracle')

# What the simulator does not model is off: huge anonymous pages, NUMA balancing.
# What the host's load may cause is off, too: watchdogs. An oops ends its task only.
# Uppercase names are init's environment.
USUAL_PARAMETERS=(log_buf_len=4M printk.devkmsg=on panic=-1 nokaslr norandmaps
	mitigations=off apparmor=0 transparent_hugepage=never numa_balancing=disable
	nowatchdog rcupdate.rcu_cpu_stall_suppress=1 sysctl.kernel.hung_task_timeout_secs=0)
kernel_parameters() {
	printf '%s ' quiet loglevel="${ORACLE_LOGLEVEL:-1}" "${COMMON_PARAMETERS[@]}" \
		"${PARAMETERS[@]}" ORACLE_TTY="$GUEST_TTY"
}

# shellcheck disable=SC2034 # scripts/oracle runs VM
vm_x86_64() {
	VM=(qemu-system-x86_64 -accel tcg -cpu max -smp 1 -m 512M -nodefaults -display none
		-no-reboot -device "VGA,vgamem_mb=256"
		-chardev "file,id=log,path=$LOG,append=on" -serial chardev:log "${QEMU_PORT[@]}"
		-kernel "$IMAGE" -initrd "$INITRAMFS" -append "console=ttyS0 $(kernel_parameters)")
}

# ---- building ----

# is_newer FILE SOURCE...: is FILE there, and no source newer?
is_newer() {
	local file=$1 source
	shift

	[ -f "$file" ] || return 1
	for source; do
		[ ! "$source" -nt "$file" ] || return 1
	done
}

build_module() {
	local build=$WORK/module target="$KBUILD $UNAME"

	KO=$build/ttmsim_oracle.ko
	# Packages keep the time at which they were made: it says nothing of another kernel.
	if [ "$(cat "$build/target" 2>/dev/null)" = "$target" ] &&
		is_newer "$KO" tests/oracle/module/* "$KBUILD/.config"; then
		return 0
	fi
	say "$KERNEL: building the module"
	rm -rf "$build"
	mkdir "$build"
	cp tests/oracle/module/* "$build/"
	quietly "$build/log" make -C "$KBUILD" M="$build" "${MAKE_ARGS[@]}" modules
	touch "$KO"
	printf '%s\n' "$target" >"$build/target"
}

# The table of architectures, as cmake/TtmsimArchRegistry.cmake writes it.
write_registry() {
	local names=(lib/pte/arch/*.c)

	names=("${names[@]##*/}")
	names=("${names[@]%.c}")
	{
		printf '#include <ttmsim/pte.h>\n'
		printf 'extern const struct sim_arch sim_arch_%s;\n' "${names[@]}"
		printf 'extern const struct sim_arch *const sim_arch_table[];\n'
		printf 'extern const unsigned int sim_arch_table_nr;\n'
		printf 'const struct sim_arch *const sim_arch_table[] = {\n'
		printf '\t&sim_arch_%s,\n' "${names[@]}"
		printf '\t0\n};\nconst unsigned int sim_arch_table_nr = %d;\n' ${#names[@]}
	} >"$1"
}

build_runner() {
	local sources=(tests/oracle/runner/*.c)

	RUNNER=$WORK/init
	! is_newer "$RUNNER" tests/oracle/runner/* tests/oracle/module/*.h "${RUNNER_SOURCES[@]}" \
		lib/sim/*.h lib/scenario/*.h lib/pte/*.h lib/base/*.h include/ttmsim/*.h || return 0
	say "$KERNEL: building the runner"
	write_registry "$WORK/arch_registry.c"
	quietly "$WORK/runner.log" "${CROSS}gcc" "${RUNNER_FLAGS[@]}" -o "$RUNNER" \
		"${sources[@]}" "${RUNNER_SOURCES[@]}" "$WORK/arch_registry.c"
}

# /init, the modules, and /modules, which says how to load them.
pack_initramfs() {
	local root=$WORK/initramfs module file

	rm -rf "$root"
	mkdir -p "$root"/{dev,proc,sys,tmp,etc,lib}
	cp "$RUNNER" "$root/init"
	for module in "${MODULES[@]}" "$KO $MODULE_PARAMETERS"; do
		file=${module%% *}
		"${CROSS}strip" --strip-debug -o "$root/lib/${file##*/}" "$file"
		printf '/lib/%s %s\n' "${file##*/}" "${module#"$file"}"
	done | sed 's/  */ /g; s/ $//' >"$root/modules"
	(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$INITRAMFS.new"
	mv "$INITRAMFS.new" "$INITRAMFS"
}

# A log of this process, for all its boots: a guest that dies is started again. Those
# of processes that have ended go; console.log is the newest.
start_log() {
	local log pid

	for log in "$WORK"/console.*.log; do
		pid=${log%.log}
		pid=${pid##*.}
		[ -d "/proc/$pid" ] || rm -f "$log"
	done
	: >"$LOG"
	ln -sfn "${LOG##*/}" "$WORK/console.log"
}

# setup_kernel NAME: all that vm_command needs. Two at once wait for each other.
setup_kernel() {
	load_kernel "$1"
	setup_packages "${PACKAGES_ORACLE[@]}" "${PACKAGES[@]}"
	exec 9>"$WORK/lock"
	flock 9
	get_kernel
	build_module
	build_runner
	pack_initramfs
	start_log
	exec 9>&-
	vm_command
}
