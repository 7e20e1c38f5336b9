# SPDX-License-Identifier: MIT
#
# Installs the library, header, Lua module, pkg-config file and CMake package.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/vulkan_compute")

install(TARGETS vulkan_compute EXPORT vulkan_compute
	LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(FILES include/vulkan_compute.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY lua/ DESTINATION "${CMAKE_INSTALL_DATADIR}/lua/5.1"
	FILES_MATCHING PATTERN "*.lua")

install(EXPORT vulkan_compute
	NAMESPACE vulkan_compute::
	FILE vulkan_compute-config.cmake
	DESTINATION "${package_dir}")
# Before 1.0, a minor version may change the interface.
write_basic_package_version_file(
	"${PROJECT_BINARY_DIR}/vulkan_compute-config-version.cmake"
	COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/vulkan_compute-config-version.cmake"
	DESTINATION "${package_dir}")

# The pkg-config file derives the prefix from its own location, so that an installed tree can be
# moved, unless the folders were given as absolute paths.
set(pc_includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
set(pc_libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
	file(RELATIVE_PATH pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
	string(REGEX REPLACE "/$" "" pc_up "${pc_up}")
	set(pc_prefix "\${pcfiledir}/${pc_up}")
	set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
	set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
configure_file(cmake/vulkan_compute.pc.in "${PROJECT_BINARY_DIR}/vulkan_compute.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/vulkan_compute.pc"
	DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
