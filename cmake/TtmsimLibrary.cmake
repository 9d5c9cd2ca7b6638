# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# Targets: ttmsim_objects (compiled once), ttmsim_static (always: tests and
# tools link it and so reach hidden functions), ttmsim_shared (unless
# BUILD_SHARED_LIBS is OFF). BUILD_SHARED_LIBS unset: both are installed.

file(GLOB TTMSIM_LIB_SOURCES CONFIGURE_DEPENDS
	"${CMAKE_CURRENT_SOURCE_DIR}/lib/*/*.c"
	"${CMAKE_CURRENT_SOURCE_DIR}/lib/*/*/*.c")

add_library(ttmsim_objects OBJECT
	${TTMSIM_LIB_SOURCES} "${TTMSIM_ARCH_REGISTRY}")
target_include_directories(ttmsim_objects
	PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include"
	PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/lib")
target_include_directories(ttmsim_objects SYSTEM
	PRIVATE "${UTHASH_INCLUDE_DIR}")
target_compile_definitions(ttmsim_objects
	PRIVATE "TTMSIM_VERSION=\"${PROJECT_VERSION}\"")
target_link_libraries(ttmsim_objects PRIVATE ${TTMSIM_PRIVATE_DEPS})

set(TTMSIM_INSTALL_TARGETS "")

function(ttmsim_library target type)
	add_library(${target} ${type} $<TARGET_OBJECTS:ttmsim_objects>)
	set_target_properties(${target} PROPERTIES
		OUTPUT_NAME ttmsim
		VERSION ${PROJECT_VERSION}
		SOVERSION ${PROJECT_VERSION_MAJOR}
		LINKER_LANGUAGE C)
	target_include_directories(${target} INTERFACE
		"$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
		"$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
	target_link_libraries(${target} PRIVATE ${TTMSIM_PRIVATE_DEPS})
endfunction()

ttmsim_library(ttmsim_static STATIC)
if(NOT DEFINED BUILD_SHARED_LIBS OR BUILD_SHARED_LIBS)
	ttmsim_library(ttmsim_shared SHARED)
	target_link_options(ttmsim_shared PRIVATE -Wl,--as-needed)
	set_target_properties(ttmsim_shared PROPERTIES EXPORT_NAME ttmsim)
	list(APPEND TTMSIM_INSTALL_TARGETS ttmsim_shared)
	add_library(ttmsim::ttmsim ALIAS ttmsim_shared)
else()
	set_target_properties(ttmsim_static PROPERTIES EXPORT_NAME ttmsim)
	add_library(ttmsim::ttmsim ALIAS ttmsim_static)
endif()
if(NOT BUILD_SHARED_LIBS)
	list(APPEND TTMSIM_INSTALL_TARGETS ttmsim_static)
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
