# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# tests/<floor>/test_<stem>.c -> executable <floor>_<stem>, ctest <floor>.<stem>,
# label <floor>; tests/<floor>/<room>/test_<stem>.c -> <floor>_<room>_<stem> alike; files with "threads" in the name carry the label threads too.
# A test exits 0 for success and 77 to be counted as skipped.

set(TTMSIM_TEST_TIMEOUT 120)
set(tests_dir "${CMAKE_CURRENT_SOURCE_DIR}/tests")

set(tsan_options "second_deadlock_stack=1")
if(EXISTS "${tests_dir}/tsan.supp")
	string(APPEND tsan_options ":suppressions=${tests_dir}/tsan.supp")
endif()
set(TTMSIM_TEST_ENVIRONMENT
	"ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1"
	"UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
	"TSAN_OPTIONS=${tsan_options}")

function(ttmsim_test_properties test)
	set_tests_properties(${test} PROPERTIES
		TIMEOUT ${TTMSIM_TEST_TIMEOUT}
		SKIP_RETURN_CODE 77
		ENVIRONMENT "${TTMSIM_TEST_ENVIRONMENT}"
		LABELS "${ARGN}")
endfunction()

# Shared helpers.
file(GLOB support_sources CONFIGURE_DEPENDS "${tests_dir}/support/*.c")
add_library(ttmsim_test INTERFACE)
target_include_directories(ttmsim_test INTERFACE "${tests_dir}")
target_link_libraries(ttmsim_test INTERFACE ttmsim_internal PkgConfig::CMOCKA)
target_compile_definitions(ttmsim_test INTERFACE
	"TTMSIM_SOURCE_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}\"")
if(support_sources)
	add_library(ttmsim_support STATIC ${support_sources})
	target_link_libraries(ttmsim_support PUBLIC ttmsim_test)
	set(test_link ttmsim_support)
else()
	set(test_link ttmsim_test)
endif()

file(GLOB test_sources CONFIGURE_DEPENDS
	"${tests_dir}/*/test_*.c" "${tests_dir}/*/*/test_*.c")
foreach(source IN LISTS test_sources)
	get_filename_component(folder "${source}" DIRECTORY)
	file(RELATIVE_PATH room "${tests_dir}" "${folder}")
	string(REGEX REPLACE "/.*" "" floor "${room}")
	get_filename_component(name "${source}" NAME_WE)
	string(REGEX REPLACE "^test_" "" stem "${name}")

	string(REPLACE "/" "_" target "${room}_${stem}")
	string(REPLACE "/" "." test "${room}.${stem}")
	add_executable(${target} "${source}")
	target_link_libraries(${target} PRIVATE ${test_link})
	set_target_properties(${target} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests")

	set(labels "${floor}")
	if(stem MATCHES "threads")
		list(APPEND labels threads)
	endif()
	if(target STREQUAL "pte_arch_laws")
		foreach(arch IN LISTS TTMSIM_ARCHS)
			add_test(NAME "pte.arch_laws.${arch}" COMMAND ${target} "${arch}")
			ttmsim_test_properties("pte.arch_laws.${arch}" ${labels})
		endforeach()
	else()
		add_test(NAME "${test}" COMMAND ${target})
		ttmsim_test_properties("${test}" ${labels})
	endif()
endforeach()

# Programs as the kernels are compared by.
foreach(stem IN ITEMS bundle fuzz_gen fuzz_source text)
	target_sources(sim_check_random PRIVATE "${tests_dir}/oracle/host/${stem}.c")
endforeach()
target_include_directories(sim_check_random PRIVATE "${tests_dir}/oracle/host")

foreach(name IN LISTS TTMSIM_EXAMPLE_NAMES)
	add_test(NAME "example.${name}" COMMAND example_${name})
	ttmsim_test_properties("example.${name}" example)
endforeach()

if(TARGET ttmsim_command)
	foreach(scenario IN LISTS TTMSIM_SCENARIOS)
		get_filename_component(name "${scenario}" NAME_WE)
		add_test(NAME "scenario.${name}"
			COMMAND ttmsim_command run "${scenario}")
		ttmsim_test_properties("scenario.${name}" scenario)
	endforeach()
endif()

# Every row kept alive, not measured: under a sanitizer the figures mean nothing.
# What it counts is exact anywhere.
if(TARGET ttmsim_bench_command)
	set(bench_short --repetitions=1 --min-time=0 --nr=64 --format=csv)
	add_test(NAME bench.runs COMMAND ttmsim_bench_command ${bench_short})
	ttmsim_test_properties(bench.runs bench)
	add_test(NAME bench.threads COMMAND ttmsim_bench_command ${bench_short}
		--threads=2 --shared=all --cpus=smp --filter=/threads:2)
	ttmsim_test_properties(bench.threads bench threads)
	add_test(NAME bench.counts COMMAND "${tests_dir}/bench/counts.sh"
		"$<TARGET_FILE:ttmsim_bench_command>")
	ttmsim_test_properties(bench.counts bench)
	add_test(NAME bench.report COMMAND "${tests_dir}/bench/report.sh"
		"$<TARGET_FILE:ttmsim_bench_command>")
	ttmsim_test_properties(bench.report bench)
endif()

# Tests that must fail: what they print is what users of <ttmsim/cmocka.h> read.
add_executable(cmocka_failing "${tests_dir}/cmocka/failing.c")
target_link_libraries(cmocka_failing PRIVATE ttmsim_test)
set_target_properties(cmocka_failing PROPERTIES
	RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests")
add_test(NAME cmocka.failing
	COMMAND "${tests_dir}/cmocka/failing.sh" "$<TARGET_FILE:cmocka_failing>")
ttmsim_test_properties(cmocka.failing cmocka)
# A test that fails frees nothing.
set_property(TEST cmocka.failing APPEND PROPERTY ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")

# The fuzz targets, built with a driver that replays inputs instead of making
# them up: every saved input stays a test with any compiler.
file(GLOB fuzz_sources CONFIGURE_DEPENDS "${tests_dir}/fuzz/fuzz_*.c")
if(NOT TTMSIM_FUZZ AND EXISTS "${tests_dir}/fuzz/replay.c")
	foreach(source IN LISTS fuzz_sources)
		get_filename_component(name "${source}" NAME_WE)
		string(REGEX REPLACE "^fuzz_" "" stem "${name}")
		add_executable(replay_${stem} "${source}" "${tests_dir}/fuzz/replay.c")
		target_link_libraries(replay_${stem} PRIVATE ${test_link})
		set_target_properties(replay_${stem} PROPERTIES
			RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/tests")
		add_test(NAME "fuzz.${stem}" COMMAND replay_${stem}
			"${tests_dir}/fuzz/corpus/${stem}"
			"${CMAKE_CURRENT_SOURCE_DIR}/examples")
		ttmsim_test_properties("fuzz.${stem}" fuzz)
	endforeach()
endif()

# The package as others meet it.
string(JOIN " " extra_flags ${TTMSIM_EXTRA_FLAGS})
if(TARGET ttmsim_shared AND NOT TTMSIM_COVERAGE) # gcov exports names of its own
	add_test(NAME package.symbols
		COMMAND "${tests_dir}/package/symbols.sh"
			"$<TARGET_FILE:ttmsim_shared>"
			"${CMAKE_CURRENT_SOURCE_DIR}/include" "${CMAKE_C_COMPILER}")
	ttmsim_test_properties(package.symbols package)
endif()
if(TARGET ttmsim_shared)
	add_test(NAME package.lines
		COMMAND "${tests_dir}/package/lines.sh" "$<TARGET_FILE:ttmsim_shared>")
	ttmsim_test_properties(package.lines package)
endif()
if(TARGET ttmsim_shared)
	add_test(NAME package.gdb
		COMMAND "${tests_dir}/package/gdb.sh"
			"${CMAKE_CURRENT_BINARY_DIR}" "${CMAKE_C_COMPILER}"
			"${CMAKE_INSTALL_LIBDIR}" "${extra_flags}")
	ttmsim_test_properties(package.gdb package)
endif()
add_test(NAME package.hosts
	COMMAND "${tests_dir}/package/hosts.sh"
		"${CMAKE_CURRENT_SOURCE_DIR}" "${CMAKE_GENERATOR}")
ttmsim_test_properties(package.hosts package)
if(TARGET ttmsim_command)
	add_test(NAME package.readme
		COMMAND "${tests_dir}/package/readme.sh"
			"$<TARGET_FILE:ttmsim_command>" "${CMAKE_CURRENT_SOURCE_DIR}")
	ttmsim_test_properties(package.readme package)
endif()
add_test(NAME package.kernel_names
	COMMAND "${tests_dir}/package/kernel_names.sh"
		"${CMAKE_CURRENT_SOURCE_DIR}/include" "${CMAKE_C_COMPILER}")
ttmsim_test_properties(package.kernel_names package)
add_test(NAME package.consume
	COMMAND "${tests_dir}/package/consume.sh"
		"${CMAKE_CURRENT_BINARY_DIR}" "${CMAKE_C_COMPILER}"
		"${CMAKE_INSTALL_LIBDIR}" "${extra_flags}")
ttmsim_test_properties(package.consume package)
if(TTMSIM_CHECKED)
	add_test(NAME package.checked
		COMMAND "${tests_dir}/package/checked.sh"
			"${CMAKE_CURRENT_BINARY_DIR}" "${CMAKE_C_COMPILER}" "${CMAKE_INSTALL_LIBDIR}")
	ttmsim_test_properties(package.checked package)
endif()
