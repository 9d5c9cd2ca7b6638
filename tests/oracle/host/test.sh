#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: test.sh PROGRAM
#
# ttmsim-oracle against its own fake guest: what is the same is the same, a lie is
# found and made short, a guest that hangs or dies is started again.

set -euo pipefail

oracle=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernel=(--kernel=fake --arch=x86_64 --release=6.1)
failed=0

# expect STATUS DESCRIPTION ARGUMENT... : runs the program, output into $work/out.
expect() {
	local want=$1 what=$2 status=0
	shift 2
	"$oracle" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	if [ "$status" -eq "$want" ]; then
		echo "ok - $what"
	else
		echo "not ok - $what: exit status $status, not $want"
		tail -n 20 "$work/out" "$work/err"
		failed=1
	fi
}

# says TEXT: the last output has it.
says() {
	if ! grep -qF -- "$1" "$work/out" "$work/err"; then
		echo "not ok - nothing says '$1'"
		tail -n 20 "$work/out" "$work/err"
		failed=1
	fi
}

expect 0 "the table lists its sections" table --list
says core
expect 0 "a section is printed" table protect-anon
says "#@ protect-anon.whole.priv"
expect 2 "an unknown section is refused" table nonsense
expect 2 "an unknown command is refused" tabel
says "did you mean table?"
expect 2 "an unknown option is refused" table --lsit
says "did you mean --list?"
if "$oracle" --help >/dev/full 2>"$work/err"; then
	echo "not ok - help that cannot be written is no failure"
	failed=1
fi
expect 2 "no VM command is refused" check "${kernel[@]}"
expect 2 "a VM that does not boot is told" check "${kernel[@]}" --section=lock-anon -- false
says "does not boot"

expect 0 "no lie, no difference" check "${kernel[@]}" --section=protect-anon \
	--section=fork-anon -- "$oracle" guest
says ", 0 differences"
expect 1 "a lie is found" check "${kernel[@]}" --section=lock-anon --keep="$work/keep" -- \
	"$oracle" guest --lie=munlock
says "munlock"
[ -s "$work/keep/lock-anon.lock.priv.kernel" ] || { echo "not ok - nothing kept"; failed=1; }
expect 1 "another release is found" check --kernel=fake --arch=x86_64 --release=6.12 \
	--section=flags --section=fork -- "$oracle" guest
expect 1 "who does not answer is started again" check "${kernel[@]}" --section=lock-anon \
	--timeout=1 -- "$oracle" guest --hang=munlock
says "is started again"
expect 1 "who dies is started again" check "${kernel[@]}" --section=sync-anon -- \
	"$oracle" guest --die=msync
says "the guest died"

expect 1 "what a guest cannot run is a difference" check "${kernel[@]}" --section=sync-anon -- \
	"$oracle" guest --refuse=msync
expect 2 "a guest that says nothing" check "${kernel[@]}" --section=lock-anon \
	--boot-timeout=1 -- sleep 100
says "time is up"
expect 2 "another release than was asked for" check "${kernel[@]}" --section=lock-anon \
	--uname=6.1 -- "$oracle" guest --release=6.12

expect 0 "random programs, no lie" fuzz "${kernel[@]}" --seed=7 --count=100 -- "$oracle" guest
says ", 0 differences"
expect 1 "a lie in random programs" fuzz "${kernel[@]}" --seed=7 --count=60 --shrink=1 \
	--out="$work/found" -- "$oracle" guest --lie=munlock
# What is left of a program: something to unlock, and munlock.
file=$(find "$work/found" -name '*.sim' | head -n 1)
if [ "$(grep -cv '^#' "$file")" -le 4 ] && grep -q '^munlock .* -> -ENOANO' "$file"; then
	echo "ok - it was made short"
else
	echo "not ok - it was not made short:"
	cat "$file"
	failed=1
fi
# It is a scenario that says which kernel it is of, and holds or not by itself.
says_file() {
	grep -q "$1" "$file" || { echo "not ok - $file has no '$1'"; failed=1; }
}
says_file '^machine arch=x86_64 release=6.1 '
says_file 'ttmsim run --portable'
expect 0 "a file of another kernel is passed over" check --kernel=fake --arch=x86_64 \
	--release=6.12 --section=lock-anon "$file" -- "$oracle" guest --release=6.12
expect 1 "a file of this kernel is not" check "${kernel[@]}" --files "$file" -- \
	"$oracle" guest --lie=munlock
expect 2 "a seed is a number" fuzz "${kernel[@]}" --seed=abc --print

expect 1 "one program again" fuzz "${kernel[@]}" --seed=7 \
	--only="$(sed -n 's/.*program \([0-9]*\)\. .*/\1/p' "$file")" -- "$oracle" guest --lie=munlock

expect 0 "transcripts are recorded" record "${kernel[@]}" --out="$work/golden" -- \
	"$oracle" guest
expect 0 "they hold" golden --kernel=fake "$work/golden"
says ", 0 differences"
cp -r "$work/golden" "$work/before"
expect 1 "a recording with holes is none" record "${kernel[@]}" --timeout=1 \
	--out="$work/golden" -- "$oracle" guest --refuse=msync
if diff -r "$work/golden" "$work/before"; then
	echo "ok - it leaves what was there"
else
	failed=1
fi
sed -i 's/present=1/present=0/' "$work/golden/fork-anon.sim"
expect 1 "they do not hold when they were changed" golden "$work/golden"
says "pte present"

exit "$failed"
