#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: gdb.sh BUILD_DIR CC LIBDIR [FLAGS]
#
# Installs into a fresh prefix and looks at a program that uses that library with gdb,
# which has to find the pretty-printers by itself. FLAGS as for consume.sh. Skipped (77)
# without gdb, or where it may not trace.
set -euo pipefail

build_dir=$1
cc=$2
libdir=$3
flags=${4:-}

command -v gdb >/dev/null || exit 77
gdb -batch -nx -ex run --args true >/dev/null 2>&1 || exit 77

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix="$work/prefix"
cmake --install "$build_dir" --prefix "$prefix" >"$work/install.log"
scripts="$prefix/share/gdb/auto-load"
find "$scripts$prefix" -name "libttmsim*.so.*-gdb.py" | grep -q . || { find "$scripts"; exit 1; }

export PKG_CONFIG_PATH="$prefix/$libdir/pkgconfig"
read -ra pc_flags <<<"$(pkg-config --cflags --libs ttmsim)"
read -ra extra <<<"$flags"
"$cc" -std=c11 -g -O0 "${extra[@]}" -o "$work/looked_at" "$here/gdb/looked_at.c" "${pc_flags[@]}"

# LeakSanitizer traces, too, and only one can.
export ASAN_OPTIONS=detect_leaks=0 LD_LIBRARY_PATH="$prefix/$libdir"
gdb -batch -nx \
	-iex "set debuginfod enabled off" \
	-iex "add-auto-load-scripts-directory $scripts" \
	-iex "add-auto-load-safe-path $scripts" \
	-ex "break look_at" -ex run -ex up \
	-ex "print *vma" -ex "print vma->vm_flags" -ex "print vma->vm_page_prot" \
	-ex "print pte" -ex "print empty" -ex "print *task" -ex "print *page" \
	-ex "print (vm_flags_t)0x80000000c" -ex "print/r pte" \
	--args "$work/looked_at" >"$work/out" 2>&1 || true

status=0
# says EXPRESSION: a line of what gdb printed
says() {
	grep -qE "^\\\$[0-9]+ = $1\$" "$work/out" || { echo "not printed: $1"; status=1; }
}
flag_names='VM_READ\|VM_WRITE\|VM_SHARED\|VM_MAYREAD\|VM_MAYWRITE\|VM_MAYEXEC\|VM_MAYSHARE'
flag_names+='\|VM_PFNMAP\|VM_IO\|VM_DONTEXPAND\|VM_DONTDUMP\|VM_SOFTDIRTY'
says "vma 0x[0-9a-f]+000-0x[0-9a-f]+000 $flag_names, prot 0x80+27 \\[NX A US RW P\\] wb, pgoff 0x0.*"
says "$flag_names"
says '0x8000000000000027 \[NX A US RW P\] wb'
says '0x80000000001[0-9a-f]*227 pfn 0x1[0-9a-f]* wb write young user special \[NX SPECIAL A US RW P\]'
says '0x0 empty'
says 'task "looker", mm 0x[0-9a-f]+: 1 vmas, 0 pages'
says 'page of pfn 0x[0-9a-f]+, refcount 1, mapcount 0, flags [A-Za-z_|0]+'
says 'VM_EXEC\|VM_SHARED\|0x800000000'
says '\{pte = 0x[0-9a-f]+\}|\{pte = [0-9]+\}'
[ $status = 0 ] || cat "$work/out"
exit $status
