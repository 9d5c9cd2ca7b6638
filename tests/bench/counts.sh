#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: counts.sh TTMSIM_BENCH [--record]
#
# What each path does for one operation, in events: counts.csv beside this
# script says it, and this compares. --record writes the file anew; look at the
# difference that git shows before it is committed.

set -euo pipefail
bench=$1
golden=$(dirname "$0")/counts.csv

tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

# Everything on two kinds of machine, then what an architecture, a release and
# I/O memory change. Small, for it runs under sanitizers as well.
count() {
	"$bench" --counts --format=csv --nr=512 "$@"
}
{
	count
	count --filter='^(insert|zap|fault|move|fork|gup)' --arch=all --cpus=smp --prefault=16 |
		tail -n +2 | grep -vE '^[^,]*,(x86_64|um),'
	count --filter='^(insert|zap|fault)' --arch=x86_64 --release=all --cpus=smp --prefault=16 |
		tail -n +2 | grep -v '^[^,]*,x86_64,6.1,'
	count --filter='^(insert|zap|fault)' --backing=io --caching=wc --cpus=smp --prefault=16 |
		tail -n +2
	count --filter='^(insert|zap|fault)' --tables=fresh --order=shuffled --cpus=smp \
		--prefault=16 | tail -n +2
} >"$tmp/counts.csv"

if [ "${2:-}" = --record ]; then
	cp "$tmp/counts.csv" "$golden"
elif ! diff -u "$golden" "$tmp/counts.csv"; then
	echo "counts.csv: paths do not do what they did (--record writes it anew)" >&2
	exit 1
fi
