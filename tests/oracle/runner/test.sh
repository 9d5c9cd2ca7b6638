#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: test.sh RUNNER TTMSIM
#
# The runner on this machine's kernel, without the kernel module: it says what the
# simulator says, from a file and by the host's protocol, and what needs the module is
# unusable. Skipped (77) where this is no Linux x86_64, or a sandbox keeps processes from
# what the scenarios need.

set -euo pipefail

runner=$1 ttmsim=$2
folder=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

skip() {
	echo "skipped: $1"
	exit 77
}

# check DESCRIPTION COMMAND...
check() {
	local what=$1
	shift

	if "$@"; then
		echo "ok - $what"
	else
		echo "not ok - $what"
		failed=1
	fi
}

# run FILE: its transcript into $work/runner
run() {
	"$runner" "$1" >"$work/runner"
}

# shellcheck disable=SC2317 # check calls it
refused() {
	! run "$1" 2>/dev/null
}

# shellcheck disable=SC2317 # check calls it
same() {
	diff -u --label runner "$work/runner" --label simulator "$work/sim"
}

[ "$(uname -sm)" = "Linux x86_64" ] || skip "this is $(uname -sm)"
[ "$(setarch -R cat /proc/self/personality 2>/dev/null)" = 00040000 ] ||
	skip "memory cannot be where it is the same each time"
[ -r /proc/self/smaps ] || skip "there is no /proc/PID/smaps"
printf 'mmap a anon pages=1\nvm_read a+0\n' >"$work/probe.sim"
run "$work/probe.sim" || exit 1
! grep -qE -e '-> -(EPERM|ENOSYS)' "$work/runner" || skip "a system call is forbidden"

for name in anon file fork; do
	"$ttmsim" run --portable "$folder/$name.sim" >"$work/sim"
	check "$name: it runs" run "$folder/$name.sim"
	check "$name: it says what the simulator says" same
done

# Now as the host asks it: the last of them, something that is no scenario, the end.
{
	printf 'run %s %d\n' fork "$(wc -c <"$folder/fork.sim")"
	cat "$folder/fork.sim"
	printf 'run bad 8\nno such\nquit\n'
} >"$work/asked"
"$runner" --serve <"$work/asked" >"$work/answer" || failed=1
check "it says what it runs on" grep -q "^ready $(uname -r) x86_64\$" "$work/answer"
sed -n '/^begin fork$/,/^end fork ok$/s/^| //p' "$work/answer" >"$work/runner"
check "by the protocol, too, it says what the simulator says" same
check "what does not parse is unusable" grep -q '^end bad unusable$' "$work/answer"

if [ ! -e /dev/ttmsim_oracle ]; then
	check "without the module there are no entries" refused "$folder/pte.sim"
	check "and it says so" grep -q '^#| there is no /dev/ttmsim_oracle$' "$work/runner"
fi
exit $failed
