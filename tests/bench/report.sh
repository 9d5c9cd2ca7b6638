#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: report.sh TTMSIM_BENCH
#
# scripts/bench-report, quick: there is a page of each kind with all that it shows,
# and both say the same figures. 77 where gnuplot is missing.

set -euo pipefail
bench=$(realpath "$1")
script=$(cd "$(dirname "$0")/../../scripts" && pwd)/bench-report

command -v gnuplot >/dev/null || exit 77
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

fail() {
	echo "report.sh: $*" >&2
	exit 1
}

export TTMSIM_NO_APT=1
"$script" --quick --bench="$bench" "$tmp/report" >"$tmp/log" 2>&1 || {
	cat "$tmp/log" >&2
	fail "bench-report failed"
}
cd "$tmp/report"

pictures=$(grep -o '([a-z-]*\.svg)' README.md | tr -d '()')
[ "$(wc -w <<<"$pictures")" -ge 5 ] || fail "few plots: $pictures"
for picture in $pictures; do
	grep -q '</svg>' "$picture" || fail "$picture is no SVG"
	grep -q "src=\"$picture\"" index.html || fail "index.html does not show $picture"
	head -c 4 "${picture%.svg}.png" | grep -q PNG || fail "${picture%.svg}.png is no PNG"
done

# The same numbers in the same order.
numbers() {
	grep -oE '[0-9]+\.[0-9]+' | sha256sum
}
md=$(sed -n 's/^| //p' README.md | numbers)
html=$(grep -oE '<t[dh]>.*' index.html | numbers)
[ "$md" = "$html" ] || fail "README.md and index.html differ"

# Those of fault/ have a table of their own.
for family in $("$bench" --list | awk '/^axis/ { exit } /^[a-z]/ { print $1 }' |
	grep -v '^fault/'); do
	grep -q "^| $family " README.md || fail "no figures of $family"
done
grep -qE '^\| VRAM wc \| pfns \| 512 \| [0-9.]+ \| [0-9]+ \| [0-9.]+ \| [0-9.]+ x \|$' README.md ||
	fail "no line for pfns with a prefault of 512"
grep -qiE 'nan|inf \|' README.md && fail "a figure that is none"

# Drawn anew from what was measured, it is the same.
cp README.md "$tmp/before.md"
"$script" --redraw "$tmp/report" >"$tmp/log" 2>&1 || fail "--redraw failed"
cmp README.md "$tmp/before.md" || fail "--redraw changed README.md"

# Mistakes are told.
! "$script" --redraw "$tmp/nothing" >"$tmp/log" 2>&1 || fail "redrawn from nothing"
grep -q 'no report' "$tmp/log" || fail "not told what is missing"
! "$script" --bench="$tmp/nothing" "$tmp/other" >"$tmp/log" 2>&1 || fail "no bench, no error"
