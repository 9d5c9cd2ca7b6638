# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# Targets: ttmsim_objects (compiled once), ttmsim_static (always: tests and
# tools link it and so reach hidden functions), ttmsim_shared (unless
# BUILD_SHARED_LIBS is OFF). BUILD_SHARED_LIBS unset: both are installed.
# ttmsim_checked_objects, _static, _shared: the same, checked (TTMSIM_CHECKED).

file(GLOB TTMSIM_LIB_SOURCES CONFIGURE_DEPENDS
	"${CMAKE_CURRENT_SOURCE_DIR}/lib/*/*.c"
	"${CMAKE_CURRENT_SOURCE_DIR}/lib/*/*/*.c")

# ttmsim_objects_of(TARGET): the library, compiled once.
function(ttmsim_objects_of target)
	add_library(${target} OBJECT
		${TTMSIM_LIB_SOURCES} "${TTMSIM_ARCH_REGISTRY}")
	target_include_directories(${target}
		PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include"
		PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/lib")
	target_include_directories(${target} SYSTEM
		PRIVATE "${UTHASH_INCLUDE_DIR}")
	target_compile_definitions(${target}
		PRIVATE "TTMSIM_VERSION=\"${PROJECT_VERSION}\"")
	target_link_libraries(${target} PRIVATE ${TTMSIM_PRIVATE_DEPS})
endfunction()

set(TTMSIM_INSTALL_TARGETS "")

# ttmsim_library(TARGET TYPE NAME): libNAME of the objects of its flavour.
function(ttmsim_library target type name)
	set(objects ttmsim_objects)
	if(name STREQUAL "ttmsim-checked")
		set(objects ttmsim_checked_objects)
	endif()
	add_library(${target} ${type} $<TARGET_OBJECTS:${objects}>)
	set_target_properties(${target} PROPERTIES
		OUTPUT_NAME ${name}
		VERSION ${PROJECT_VERSION}
		SOVERSION ${PROJECT_VERSION_MAJOR}
		LINKER_LANGUAGE C)
	target_include_directories(${target} INTERFACE
		"$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
		"$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
	target_link_libraries(${target} PRIVATE ${TTMSIM_PRIVATE_DEPS})
endfunction()

# ttmsim_flavour(NAME PREFIX EXPORT): static and shared libraries of it, and what
# programs call it: ttmsim::EXPORT.
function(ttmsim_flavour name prefix export)
	ttmsim_library(${prefix}_static STATIC ${name})
	if(NOT DEFINED BUILD_SHARED_LIBS OR BUILD_SHARED_LIBS)
		ttmsim_library(${prefix}_shared SHARED ${name})
		target_link_options(${prefix}_shared PRIVATE -Wl,--as-needed)
		set_target_properties(${prefix}_shared PROPERTIES EXPORT_NAME ${export})
		list(APPEND TTMSIM_INSTALL_TARGETS ${prefix}_shared)
		add_library(ttmsim::${export} ALIAS ${prefix}_shared)
	else()
		set_target_properties(${prefix}_static PROPERTIES EXPORT_NAME ${export})
		add_library(ttmsim::${export} ALIAS ${prefix}_static)
	endif()
	if(NOT BUILD_SHARED_LIBS)
		list(APPEND TTMSIM_INSTALL_TARGETS ${prefix}_static)
	endif()
	set(TTMSIM_INSTALL_TARGETS ${TTMSIM_INSTALL_TARGETS} PARENT_SCOPE)
endfunction()

ttmsim_objects_of(ttmsim_objects)
ttmsim_flavour(ttmsim ttmsim ttmsim)

# The checked library, to test with: all assertions, the order of locks, and free memory
# poisoned for the ASan or the valgrind that the program has. Beside the fast library
# only: other builds have all of that themselves.
if(TTMSIM_CHECKED)
	ttmsim_objects_of(ttmsim_checked_objects)
	target_compile_options(ttmsim_checked_objects PRIVATE
		-O1 -g -fno-omit-frame-pointer -USIM_ASSERT_LEVEL -DSIM_ASSERT_LEVEL=2)
	target_compile_definitions(ttmsim_checked_objects PRIVATE SIM_CHECKED)
	if(TTMSIM_HAS_VALGRIND)
		target_compile_definitions(ttmsim_checked_objects PRIVATE SIM_HAS_VALGRIND)
	endif()
	ttmsim_flavour(ttmsim-checked ttmsim_checked checked)
endif()

# What the project's own programs see: internal headers, every dependency.
add_library(ttmsim_internal INTERFACE)
target_link_libraries(ttmsim_internal INTERFACE
	ttmsim_static ${TTMSIM_PRIVATE_DEPS})
target_include_directories(ttmsim_internal INTERFACE
	"${CMAKE_CURRENT_SOURCE_DIR}/lib")
target_include_directories(ttmsim_internal SYSTEM INTERFACE
	"${UTHASH_INCLUDE_DIR}")
target_compile_definitions(ttmsim_internal INTERFACE
	"TTMSIM_VERSION=\"${PROJECT_VERSION}\"")
