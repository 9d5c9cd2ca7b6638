#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: consume.sh BUILD_DIR CC LIBDIR [FLAGS]
#
# Installs into a fresh prefix and builds a program against that: once with
# find_package(), once with pkg-config. FLAGS are what the library itself was
# built with (sanitizers, coverage), which a program that links it needs too.
set -euo pipefail

build_dir=$1
cc=$2
libdir=$3
flags=${4:-}

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix="$work/prefix"

cmake --install "$build_dir" --prefix "$prefix" >"$work/install.log"

generator=(-G Ninja)
command -v ninja >/dev/null || generator=()
cmake -S "$here/consumer" -B "$work/build" "${generator[@]}" \
	-DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$flags" \
	-DCMAKE_PREFIX_PATH="$prefix" >"$work/configure.log"
cmake --build "$work/build" >"$work/build.log" || { cat "$work/build.log"; exit 1; }
LD_LIBRARY_PATH="$prefix/$libdir" "$work/build/consumer"
echo "find_package: ok"

export PKG_CONFIG_PATH="$prefix/$libdir/pkgconfig"
mode=()
compgen -G "$prefix/$libdir/libttmsim.so" >/dev/null || mode=(--static)
read -ra pc_flags <<<"$(pkg-config --cflags --libs "${mode[@]}" ttmsim)"
read -ra extra <<<"$flags"
"$cc" -std=c11 "${extra[@]}" -o "$work/consumer" "$here/consumer/main.c" "${pc_flags[@]}"
LD_LIBRARY_PATH="$prefix/$libdir" "$work/consumer"
echo "pkg-config: ok"
