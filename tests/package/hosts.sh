#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: hosts.sh SOURCE_DIR GENERATOR
#
# Hosts that it cannot be built for: CMake refuses and says why. Skipped (77) where
# there is a compiler for none of them.
set -euo pipefail

source_dir=$1
generator=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo 'int main(void) { return 0; }' >"$work/probe.c"
probed=0

# refuses REASON COMPILER [FLAG]
refuses() {
	local reason=$1 cc=$2 flag=${3:-}

	# shellcheck disable=SC2086 # no flag is no argument
	"$cc" $flag -o "$work/probe" "$work/probe.c" 2>/dev/null || return 0
	probed=1
	if CC=$cc CFLAGS=$flag cmake -S "$source_dir" -B "$work/build" -G "$generator" \
		>"$work/log" 2>&1; then
		echo "$cc $flag: was not refused"
		exit 1
	fi
	# CMake folds its messages.
	tr -s ' \n' ' ' <"$work/log" | grep -qF "$reason" || { cat "$work/log"; exit 1; }
	rm -rf "$work/build"
}

refuses 'needs a 64-bit host: a machine reserves 16 GiB' gcc -m32
refuses 'needs the GNU C library: others, such as musl, have no' musl-gcc
[ $probed = 1 ] || exit 77
