#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: failing.sh PROGRAM
#
# PROGRAM's tests all fail, each for its own reason, and say so.
set -uo pipefail

out=$(TTMSIM_QUIET=1 "$1" 2>&1)
status=$?
failures=0

# says PATTERN: some line matches
says() {
	grep -qE -- "$1" <<<"$out" && return
	echo "not said: $1" >&2
	failures=$((failures + 1))
}

says 'sim_munmap\(t->task, 1, 4096\) is -EINVAL \(-22\), not -ENOMEM \(-12\)'
says '0x[0-9a-f]+ is present write dirty young user cache=wb level=pte pfn=0x[0-9a-f]+, not !write'
says '"writeable" is no word of an entry'
says 'left: .*page'
says '[1-9] bad page not expected, the last: mm/page_alloc.c'
says '2 WARN expected that did not come'
says 'no BUG has happened'
says 'left: '
says 'no machine: Invalid argument'
[ "$status" -ne 0 ] || says 'a status that is not 0'
if grep -q '^\[       OK \]' <<<"$out"; then
	grep '^\[       OK \]' <<<"$out" >&2
	says 'no test that passes'
fi
[ "$failures" -eq 0 ] || printf '%s\n' "$out" >&2
exit "$((failures > 0))"
