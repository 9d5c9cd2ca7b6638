#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: lines.sh LIBRARY
#
# Every build of the library says where its code comes from, until it is stripped, and
# does its work without.
set -euo pipefail

library=$1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

line_of() {
	local symbol=$1 file=$2

	addr2line -e "$file" "0x$(nm -D "$file" | awk -v s="$symbol" '$3 == s { print $1 }')"
}

line=$(line_of vmf_insert_pfn_prot "$library")
[[ $line == *pfn.c:[1-9]* ]] || { echo "vmf_insert_pfn_prot is at '$line'"; exit 1; }

strip -o "$work/stripped.so" "$library"
line=$(line_of vmf_insert_pfn_prot "$work/stripped.so")
[[ $line == '??:'* ]] || { echo "stripped, it is at '$line'"; exit 1; }
diff <(nm -D --defined-only "$library") <(nm -D --defined-only "$work/stripped.so")
