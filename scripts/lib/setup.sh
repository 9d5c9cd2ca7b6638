# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash
#
# Sourced by the scripts beside this folder: finds the source tree, installs
# what is missing, configures and builds. Made for Debian 12; elsewhere install
# the packages named below by hand and set TTMSIM_NO_APT=1.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"

PACKAGES_BUILD=(cmake ninja-build gcc libc6-dev pkg-config
	libbsd-dev uthash-dev liburcu-dev libjansson-dev libcmocka-dev valgrind)
PACKAGES_CLANG=(clang libclang-rt-14-dev)
PACKAGES_LINT=(clang clang-tidy cppcheck universal-ctags shellcheck g++)
PACKAGES_COVERAGE=(gcovr)
PACKAGES_REPORT=(gnuplot-nox fonts-dejavu-core)
PACKAGES_PACKAGE=(musl-tools libc6-dev-i386 lib32gcc-12-dev gdb) # what tests of the package try

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
	BOLD='' RED='' GREEN='' PLAIN=''
fi

say() {
	printf '%s==> %s%s\n' "$BOLD" "$*" "$PLAIN"
}

die() {
	printf '%serror: %s%s\n' "$RED" "$*" "$PLAIN" >&2
	exit 1
}

# The comment at the top of the calling script, without its first two lines.
usage() {
	sed -n '4,/^$/s/^# \{0,1\}//p' "$0"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "not root and no sudo: as root, run: $*"
	fi
}

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# setup_packages PACKAGE...: installs those that are missing.
setup_packages() {
	local package missing=()

	[ -z "${TTMSIM_NO_APT:-}" ] || return 0
	command -v dpkg-query >/dev/null ||
		die "no dpkg here: install the likes of: $*; then set TTMSIM_NO_APT=1"
	for package in "$@"; do
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	say "installing ${missing[*]}"
	local install=(env DEBIAN_FRONTEND=noninteractive
		apt-get install -y -qq --no-install-recommends
		-o DPkg::Lock::Timeout=120 "${missing[@]}")
	# An index that is missing or out of date is fetched, then tried again.
	as_root "${install[@]}" >/dev/null 2>&1 </dev/null && return 0
	as_root apt-get update -qq </dev/null
	as_root "${install[@]}" >/dev/null </dev/null
}

# build PRESET [TARGET...]: configures and builds in build/PRESET.
build() {
	local preset=$1 log="build/$1/configure.log"
	shift

	say "building build/$preset"
	mkdir -p "build/$preset"
	if ! cmake --preset "$preset" >"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		die "cmake --preset $preset failed"
	fi
	# On a terminal ninja keeps to one line; in a log only warnings are of use.
	local quiet=()
	[ -t 1 ] || quiet=(-- --quiet)
	cmake --build "build/$preset" ${1:+--target "$@"} "${quiet[@]}" </dev/null
}

# run_ctest PRESET [ARGUMENT...]: prints the output of what fails and a summary.
# RUNNER, an array, may hold a command to run ctest with.
RUNNER=()
run_ctest() {
	local preset=$1
	shift

	"${RUNNER[@]}" ctest --test-dir "build/$preset" --output-on-failure --no-tests=error \
		-j "$(nproc)" "$@" </dev/null
}
