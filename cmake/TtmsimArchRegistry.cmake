# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# lib/pte/arch/NAME.c defines `const struct sim_arch sim_arch_NAME`; the table
# of all of them is written from the file names.

file(GLOB arch_files CONFIGURE_DEPENDS
	"${CMAKE_CURRENT_SOURCE_DIR}/lib/pte/arch/*.c")
set(TTMSIM_ARCHS "")
foreach(file IN LISTS arch_files)
	get_filename_component(name "${file}" NAME_WE)
	list(APPEND TTMSIM_ARCHS "${name}")
endforeach()
list(SORT TTMSIM_ARCHS)
list(LENGTH TTMSIM_ARCHS arch_nr)

set(arch_externs "")
set(arch_entries "")
foreach(name IN LISTS TTMSIM_ARCHS)
	string(APPEND arch_externs "extern const struct sim_arch sim_arch_${name};\n")
	string(APPEND arch_entries "\t&sim_arch_${name},\n")
endforeach()

set(TTMSIM_ARCH_REGISTRY "${CMAKE_CURRENT_BINARY_DIR}/generated/arch_registry.c")
file(CONFIGURE OUTPUT "${TTMSIM_ARCH_REGISTRY}" @ONLY CONTENT
"/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Written by cmake/TtmsimArchRegistry.cmake from the names in lib/pte/arch/. */
#include <stddef.h>

#include <ttmsim/pte.h>

@arch_externs@
extern const struct sim_arch *const sim_arch_table[];
extern const unsigned int sim_arch_table_nr;

/* Sorted by name, closed by NULL. */
const struct sim_arch *const sim_arch_table[] = {
@arch_entries@	NULL
};

const unsigned int sim_arch_table_nr = @arch_nr@;
")
