#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# usage: kernel_names.sh INCLUDE CC
#
# Does what drivers use compile, in every release that has it? One function for each
# name of kernel_names.txt, one file for each release; and what a release has not yet,
# or no more, must not.

set -euo pipefail

include=$1
cc=$2
names=$(dirname "$0")/kernel_names.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=gnu11 -fsyntax-only -Wno-int-conversion -Wno-unused-value
	-Werror=implicit-function-declaration -Werror=incompatible-pointer-types "-I$include")

# 6.1 -> 601, 6.12 -> 612: to be compared.
number() {
	printf '%d%02d' "${1%%.*}" "${1#*.}"
}

has() { # RELEASE FIRST LAST
	[ -z "$2" ] || [ "$(number "$1")" -ge "$(number "$2")" ] || return 1
	[ -z "$3" ] || [ "$(number "$1")" -le "$(number "$3")" ]
}

head_of_file() {
	echo "#define TTMSIM_LINUX KERNEL_VERSION(${1/./,},0)"
	echo '#include <errno.h>'
	echo '#include <ttmsim/ttmsim.h>'
}

function_of() { # NAME STATEMENTS
	cat <<-C
	void names_$1(struct vm_fault *vmf, struct vm_area_struct *vma, struct file *filp,
		struct page *page, struct page **pages, struct drm_gem_object *obj,
		struct drm_device *ddev, struct ttm_buffer_object *bo, struct ttm_device *bdev,
		struct ttm_tt *tt, struct dma_resv *resv, struct dma_fence *fence,
		struct address_space *mapping, struct mm_struct *mm, unsigned long addr,
		unsigned long pfn, pgprot_t prot, struct ttm_operation_ctx *ctx,
		struct ttm_resource *res, struct drm_vma_offset_node *node,
		struct device *dev, struct ttm_placement *pl)
	{
	#line 1 "$1"
	$2
	}
	C
}

status=0
for release in 5.11 5.14 6.1 6.12; do
	nr=0
	head_of_file "$release" >"$work/all.c"
	while IFS='|' read -r name first last statements; do
		case $name in '' | '#'*) continue ;; esac
		if has "$release" "$first" "$last"; then
			function_of "$name" "$statements" >>"$work/all.c"
			nr=$((nr + 1))
			continue
		fi
		{ head_of_file "$release"; function_of "$name" "$statements"; } >"$work/one.c"
		if "$cc" "${flags[@]}" "$work/one.c" 2>/dev/null; then
			echo "$release: $name compiles, but that release has it not"
			status=1
		fi
	done <"$names"
	if ! "$cc" "${flags[@]}" "$work/all.c" 2>"$work/errors"; then
		echo "$release:"
		grep -E ': error' "$work/errors" | head -n 20
		status=1
	fi
	echo "$release: $nr names"
done
exit $status
