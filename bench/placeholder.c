/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * placeholder.c - an array for each file of families that is not there yet.
 */
#include "bench.h"

const struct family gup_families[] = { { 0 } };
