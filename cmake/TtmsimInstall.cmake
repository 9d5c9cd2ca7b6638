# SPDX-License-Identifier: GPL-2.0-only OR MIT

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/ttmsim")

install(DIRECTORY include/ttmsim
	DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
	FILES_MATCHING PATTERN "*.h")
install(TARGETS ${TTMSIM_INSTALL_TARGETS} EXPORT ttmsimTargets
	LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
	ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT ttmsimTargets NAMESPACE ttmsim:: DESTINATION "${package_dir}")

configure_package_config_file(
	"${CMAKE_CURRENT_SOURCE_DIR}/cmake/ttmsimConfig.cmake.in"
	"${CMAKE_CURRENT_BINARY_DIR}/ttmsimConfig.cmake"
	INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(
	"${CMAKE_CURRENT_BINARY_DIR}/ttmsimConfigVersion.cmake"
	COMPATIBILITY SameMinorVersion)
install(FILES
	"${CMAKE_CURRENT_BINARY_DIR}/ttmsimConfig.cmake"
	"${CMAKE_CURRENT_BINARY_DIR}/ttmsimConfigVersion.cmake"
	DESTINATION "${package_dir}")

# Debian's multiarch puts a folder between lib and the file: count the steps
# back from the .pc file to the prefix, so that the tree can be moved.
file(RELATIVE_PATH pc_to_prefix
	"${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
set(pc_names ttmsim)
if(TTMSIM_CHECKED)
	list(APPEND pc_names ttmsim-checked)
endif()
foreach(pc_name IN LISTS pc_names)
	configure_file("${CMAKE_CURRENT_SOURCE_DIR}/cmake/ttmsim.pc.in"
		"${CMAKE_CURRENT_BINARY_DIR}/${pc_name}.pc" @ONLY)
	install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${pc_name}.pc"
		DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()

foreach(section 1 7)
	file(GLOB pages CONFIGURE_DEPENDS
		"${CMAKE_CURRENT_SOURCE_DIR}/docs/man/*.${section}")
	if(pages)
		install(FILES ${pages}
			DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
	endif()
endforeach()
if(TTMSIM_SCENARIOS OR example_sources)
	install(FILES ${TTMSIM_SCENARIOS} ${example_sources}
		DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")
endif()

install(FILES COPYING README.md
	docs/architecture.md docs/locking.md docs/fidelity.md docs/adding-an-arch.md
	DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY LICENSES DESTINATION "${CMAKE_INSTALL_DOCDIR}")
