#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: checked.sh BUILD_DIR CC LIBDIR
#
# Installs into a fresh prefix. A driver that uses a vma after munmap is told by the
# checked library: to the program's own ASan, shared and static, and to valgrind; and
# nothing is told of one that does not.
set -euo pipefail

build_dir=$1
cc=$2
libdir=$3

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cmake --install "$build_dir" --prefix "$prefix" >"$work/install.log"
export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig LD_LIBRARY_PATH=$prefix/$libdir

# compile OUTPUT PC_OPTION CC_OPTION...
compile() {
	local output=$1 flags
	read -ra flags <<<"$(pkg-config --cflags --libs ${2:+"$2"} ttmsim-checked)"
	shift 2
	"$cc" -std=c11 -g "$@" -o "$work/$output" "$here/stale_vma.c" "${flags[@]}"
}

# tells WHAT COMMAND...: fails without and holds with an argument
tells() {
	local what=$1
	shift
	if "$@" >"$work/out" 2>&1 || ! grep -q "$what" "$work/out"; then
		echo "$*: \"$what\" was not told:" >&2
		cat "$work/out" >&2
		exit 1
	fi
	if ! "$@" clean >"$work/out" 2>&1; then
		echo "$*: told where nothing is wrong:" >&2
		cat "$work/out" >&2
		exit 1
	fi
	echo "$what: ok"
}

# libbsd, liburcu and jansson are not the library's to free.
export ASAN_OPTIONS=detect_leaks=0
if compgen -G "$prefix/$libdir/libttmsim-checked.so" >/dev/null; then
	compile shared '' -fsanitize=address
	tells use-after-poison "$work/shared"
	compile plain ''
	if command -v valgrind >/dev/null; then
		tells 'Invalid read of size 8' valgrind -q --error-exitcode=9 "$work/plain"
	fi
fi
if compgen -G "$prefix/$libdir/libttmsim-checked.a" >/dev/null; then
	compile static --static -fsanitize=address
	tells use-after-poison "$work/static"
fi
