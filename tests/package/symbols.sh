#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: symbols.sh LIBRARY INCLUDE_DIR CC
#
# The shared library exports exactly what the public headers mark SIM_API.
set -euo pipefail

library=$1
include_dir=$2
cc=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for header in "$include_dir"/ttmsim/*.h; do
	printf '#include <ttmsim/%s>\n' "$(basename "$header")"
done >"$work/all.c"

# One declaration a line; the name is the word before the first "(" that
# follows the return type, or before "[" or the end for a variable.
"$cc" -E -P -I"$include_dir" "$work/all.c" |
	tr '\n' ' ' | tr ';' '\n' |
	sed -n 's/.*visibility("default")))//p' |
	sed -E 's/__attribute__ *\(\(.*//; s/\[.*//; s/\(.*//; s/ *$//; s/.*[ *]//' |
	sort -u >"$work/declared"

# Names that begin with two underscores belong to the compiler's runtime,
# unless a header declares them.
nm -D --defined-only "$library" | awk '{ print $NF }' | sed 's/@.*//' |
	sort -u >"$work/all_defined"
{
	grep -vE '^(__|_init$|_fini$|_edata$|_end$)' "$work/all_defined" || true
	comm -12 "$work/declared" "$work/all_defined"
} | sort -u >"$work/exported"

status=0
if [ ! -s "$work/declared" ]; then
	echo "no SIM_API declaration found under $include_dir"
	exit 1
fi
if comm -13 "$work/declared" "$work/exported" | grep . >"$work/extra"; then
	echo "exported, but no public header declares them with SIM_API:"
	sed 's/^/  /' "$work/extra"
	status=1
fi
if comm -23 "$work/declared" "$work/exported" | grep . >"$work/missing"; then
	echo "declared with SIM_API, but not exported:"
	sed 's/^/  /' "$work/missing"
	status=1
fi
echo "$(wc -l <"$work/declared") declared, $(wc -l <"$work/exported") exported"
exit $status
