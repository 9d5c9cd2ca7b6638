/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * hash.h - uthash on a machine's arena.
 *
 * Include this instead of <uthash.h>: uthash on its own takes memory from
 * malloc() and ends the process without it. Here the tables are SIM_OBJ_HASH
 * objects of a machine, and an addition that fails leaves the table as it was.
 *
 * An item has a member "UT_hash_handle hh"; a table is a pointer to an item,
 * NULL when empty. Items come out of HASH_ITER in the order of their addition.
 * HASH_FIND, HASH_ITER, HASH_COUNT and HASH_DEL are used as they are.
 */
#ifndef SIM_BASE_HASH_H
#define SIM_BASE_HASH_H

#include <errno.h>

#include "base/arena.h"

#ifdef UTHASH_H
#error "include base/hash.h instead of uthash.h"
#endif

/* SIM_HASH_ADD() declares both variables; nothing else allocates. */
#define HASH_NONFATAL_OOM 1
#define uthash_malloc(size) sim_alloc(sim_hash_machine, size, SIM_OBJ_HASH)
#define uthash_free(ptr, size) sim_free(ptr, size, SIM_OBJ_HASH)
#define uthash_nonfatal_oom(item) (sim_hash_err = -ENOMEM)

#include <uthash.h>

/*
 * Adds @item under its member @field (@keylen bytes; no padding in it).
 * An expression: 0 or -ENOMEM.
 */
#define SIM_HASH_ADD(machine, head, field, keylen, item) \
	__extension__({ \
		struct sim_machine *sim_hash_machine = (machine); \
		int sim_hash_err = 0; \
\
		HASH_ADD(hh, head, field, keylen, item); \
		sim_hash_err; \
	})

/* The same for a key that lies elsewhere, and must stay there. */
#define SIM_HASH_ADD_KEYPTR(machine, head, key, keylen, item) \
	__extension__({ \
		struct sim_machine *sim_hash_machine = (machine); \
		int sim_hash_err = 0; \
\
		HASH_ADD_KEYPTR(hh, head, key, keylen, item); \
		sim_hash_err; \
	})

#endif
