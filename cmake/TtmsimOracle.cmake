# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# ttmsim-oracle compares the simulator with real kernels (docs/oracle.md); it is
# not installed. What kernels were recorded to say is tested without one:
# tests/oracle/golden/KERNEL -> ctest oracle.golden.KERNEL.

set(oracle_dir "${CMAKE_CURRENT_SOURCE_DIR}/tests/oracle")
file(GLOB oracle_sources CONFIGURE_DEPENDS "${oracle_dir}/host/*.c")
add_executable(ttmsim_oracle_command ${oracle_sources})
set_target_properties(ttmsim_oracle_command PROPERTIES OUTPUT_NAME ttmsim-oracle)
target_include_directories(ttmsim_oracle_command PRIVATE "${oracle_dir}/host")
target_link_libraries(ttmsim_oracle_command PRIVATE ttmsim_program ttmsim_internal)

file(GLOB oracle_golden CONFIGURE_DEPENDS "${oracle_dir}/golden/*/kernel")
foreach(kernel IN LISTS oracle_golden)
	get_filename_component(folder "${kernel}" DIRECTORY)
	get_filename_component(name "${folder}" NAME)
	add_test(NAME "oracle.golden.${name}"
		COMMAND ttmsim_oracle_command golden "--kernel=${name}" "${folder}")
	ttmsim_test_properties("oracle.golden.${name}" oracle)
endforeach()

add_test(NAME oracle.host
	COMMAND "${oracle_dir}/host/test.sh" "$<TARGET_FILE:ttmsim_oracle_command>")
ttmsim_test_properties(oracle.host oracle)
# Guests that hang are waited for, and sanitizers are slow.
set_tests_properties(oracle.host PROPERTIES TIMEOUT 300)

# The program in the guest, for this machine: the compilers and checkers see it, and
# scenarios without devices run on this kernel. Linked as there: statically, for nothing
# may lie where mmap puts a scenario's memory. That leaves out sanitizers, whose shadow
# lies there and which know nothing of tasks that are cloned raw, and coverage, whose
# counters such tasks lose.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -static)
check_c_source_compiles("int main(void) { return 0; }" TTMSIM_HAS_STATIC_LIBC)
unset(CMAKE_REQUIRED_FLAGS)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND TTMSIM_HAS_STATIC_LIBC
   AND NOT TTMSIM_SANITIZE AND NOT TTMSIM_COVERAGE)
	file(GLOB runner_sources CONFIGURE_DEPENDS "${oracle_dir}/runner/*.c")
	# As RUNNER_SOURCES in scripts/lib/oracle.sh: the language and the names, no simulator.
	set(lib_dir "${CMAKE_CURRENT_SOURCE_DIR}/lib")
	foreach(stem IN ITEMS base/names base/text pte/arch sim/releases scenario/args
			scenario/error scenario/lex scenario/parse scenario/show scenario/value
			scenario/table scenario/transcript)
		list(APPEND runner_sources "${lib_dir}/${stem}.c")
	endforeach()
	add_executable(oracle_runner ${runner_sources} ${arch_files} "${TTMSIM_ARCH_REGISTRY}")
	target_include_directories(oracle_runner PRIVATE
		"${CMAKE_CURRENT_SOURCE_DIR}/include" "${lib_dir}" "${oracle_dir}/module")
	target_link_options(oracle_runner PRIVATE -static)
	set_target_properties(oracle_runner PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests")
	if(TARGET ttmsim_command)
		add_test(NAME oracle.runner
			COMMAND "${oracle_dir}/runner/test.sh" "$<TARGET_FILE:oracle_runner>"
				"$<TARGET_FILE:ttmsim_command>")
		ttmsim_test_properties(oracle.runner oracle)
	endif()
endif()
