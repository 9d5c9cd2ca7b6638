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
target_link_libraries(ttmsim_oracle_command PRIVATE ttmsim_internal)

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
