#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: readme.sh TTMSIM SOURCE_DIR
#
# Does the README still tell the truth? The comment before a block says what
# the block is:
#   part of: FILE          it stands in FILE, word for word
#   output of: ttmsim ...  that command prints it
#   scenario               it runs, and all its expectations hold

set -euo pipefail
ttmsim=$1
cd "$2"

tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

# What stands between the fences after the Nth marker.
block() {
	awk -v want="$1" '
		/^<!-- (part of|output of|scenario)/ { n++ }
		n == want && /^```/ { if (inside) exit; inside = 1; next }
		inside && n == want { print }' README.md
}

# Is the text of file $1 a part of file $2?
is_part_of() {
	local whole part

	whole=$(cat "$2")
	part=$(cat "$1")
	[ -n "$part" ] && [[ $whole == *"$part"* ]]
}

failures=0
n=0
while read -r marker; do
	n=$((n + 1))
	block "$n" >"$tmp/block"
	case $marker in
	"part of: "*)
		cp "${marker#part of: }" "$tmp/whole" ;;
	"output of: ttmsim "*)
		read -r -a words <<<"${marker#output of: ttmsim }"
		"$ttmsim" "${words[@]}" >"$tmp/whole" ;;
	scenario)
		cp "$tmp/block" "$tmp/whole"
		"$ttmsim" run "$tmp/block" >/dev/null || {
			echo "README.md: the scenario does not hold" >&2
			failures=$((failures + 1))
		} ;;
	esac
	if ! is_part_of "$tmp/block" "$tmp/whole"; then
		echo "README.md: no longer $marker" >&2
		failures=$((failures + 1))
	fi
done < <(sed -n 's/^<!-- \(part of: .*\|output of: .*\|scenario\) -->$/\1/p' README.md)

[ "$n" -gt 0 ] || { echo "README.md: no block is marked" >&2; exit 1; }
exit "$((failures > 0))"
