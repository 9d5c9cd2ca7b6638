# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# gdb's pretty-printers: beside the shared library in the build tree, and where gdb
# looks for scripts of an installed one, by the library's real name.

file(STRINGS "${CMAKE_CURRENT_SOURCE_DIR}/include/ttmsim/mm_types.h" vm_flags
	REGEX "^#define VM_[A-Z0-9_]+ 0x[0-9a-f]+ul$")
set(TTMSIM_GDB_VM_FLAGS "")
foreach(line IN LISTS vm_flags)
	if(line MATCHES "^#define (VM_[A-Z0-9_]+) (0x[0-9a-f]*[1-9a-f][0-9a-f]*)ul$")
		string(APPEND TTMSIM_GDB_VM_FLAGS
			"    (${CMAKE_MATCH_2}, \"${CMAKE_MATCH_1}\"),\n")
	endif()
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
	"${CMAKE_CURRENT_SOURCE_DIR}/include/ttmsim/mm_types.h")

set(TTMSIM_GDB_SCRIPT "${CMAKE_CURRENT_BINARY_DIR}/ttmsim-gdb.py")
configure_file("${CMAKE_CURRENT_SOURCE_DIR}/tools/gdb/ttmsim-gdb.py.in"
	"${TTMSIM_GDB_SCRIPT}" @ONLY)
# The prefix is known when it is installed.
set(gdb_libdir "\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
	set(gdb_libdir "${CMAKE_INSTALL_LIBDIR}")
endif()
foreach(target ttmsim_shared ttmsim_checked_shared)
	if(NOT TARGET ${target})
		continue()
	endif()
	get_target_property(gdb_name ${target} OUTPUT_NAME)
	set(gdb_name "lib${gdb_name}.so.${PROJECT_VERSION}-gdb.py")
	configure_file("${TTMSIM_GDB_SCRIPT}"
		"${CMAKE_CURRENT_BINARY_DIR}/${gdb_name}" COPYONLY)
	install(CODE "file(INSTALL \"${TTMSIM_GDB_SCRIPT}\" RENAME \"${gdb_name}\"
		DESTINATION \"\${CMAKE_INSTALL_PREFIX}/share/gdb/auto-load${gdb_libdir}\")")
endforeach()

# The printers need the types of what they look into. One file that uses them all has
# them in release builds, too.
set_source_files_properties(lib/pte/entry.c PROPERTIES
	COMPILE_OPTIONS "$<$<CONFIG:Release>:-g>")
