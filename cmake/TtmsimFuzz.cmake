# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# tests/fuzz/fuzz_<stem>.c -> fuzz/fuzz_<stem> in the build folder.

file(GLOB fuzz_sources CONFIGURE_DEPENDS
	"${CMAKE_CURRENT_SOURCE_DIR}/tests/fuzz/fuzz_*.c")
foreach(source IN LISTS fuzz_sources)
	get_filename_component(name "${source}" NAME_WE)
	add_executable(${name} "${source}")
	target_include_directories(${name} PRIVATE
		"${CMAKE_CURRENT_SOURCE_DIR}/tests")
	target_link_libraries(${name} PRIVATE ttmsim_internal)
	target_link_options(${name} PRIVATE -fsanitize=fuzzer)
	set_target_properties(${name} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/fuzz")
endforeach()
