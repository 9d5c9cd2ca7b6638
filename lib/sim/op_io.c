/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "sim/run.h"

static void later(struct scn_result *res)
{
	scn_value_return(res, -ENOSYS);
}

#define LATER(op) \
	void scn_op_##op(struct scn_run *run, const struct scn_op *o, struct scn_result *res) \
	{ \
		(void)run, (void)o; \
		later(res); \
	}

LATER(vm_read)
LATER(vm_write)
LATER(direct_read)
LATER(direct_write)
LATER(vmsplice)
LATER(insert)
LATER(msync)
LATER(mincore)
LATER(pagemap)
LATER(memtype)
