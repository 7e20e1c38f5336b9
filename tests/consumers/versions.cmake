# SPDX-License-Identifier: MIT
#
# Checks that the files installed under PREFIX have the version of HEADER, and that the CMake
# package accepts requests for its minor version only.
cmake_minimum_required(VERSION 3.18)

file(READ "${HEADER}" text)
string(REGEX MATCH "VKC_VERSION_MAJOR ([0-9]+)" unused "${text}")
set(major "${CMAKE_MATCH_1}")
string(REGEX MATCH "VKC_VERSION_MINOR ([0-9]+)" unused "${text}")
set(minor "${CMAKE_MATCH_1}")
string(REGEX MATCH "VKC_VERSION_PATCH ([0-9]+)" unused "${text}")
set(version "${major}.${minor}.${CMAKE_MATCH_1}")

# output_of(VARIABLE command...)
function(output_of variable)
	execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output RESULT_VARIABLE status
		OUTPUT_STRIP_TRAILING_WHITESPACE)
	if(NOT status EQUAL 0)
		message(FATAL_ERROR "This command failed (${status}): ${ARGN}")
	endif()
	set(${variable} "${output}" PARENT_SCOPE)
endfunction()

output_of(dynamic "${READELF}" -d "${LIBDIR}/libvulkan_compute.so")
if(NOT dynamic MATCHES "SONAME[^\n]*\\[libvulkan_compute\\.so\\.${major}\\.${minor}\\]")
	message(FATAL_ERROR "The library's name is not libvulkan_compute.so.${major}.${minor}:\n${dynamic}")
endif()

output_of(found pkg-config --modversion vulkan_compute)
if(NOT found STREQUAL version)
	message(FATAL_ERROR "pkg-config says ${found}, the header ${version}.")
endif()

# accepts(VARIABLE major minor): whether the CMake package accepts a request for this version.
function(accepts variable major minor)
	set(PACKAGE_FIND_VERSION_COUNT 2)
	set(PACKAGE_FIND_VERSION_MAJOR ${major})
	set(PACKAGE_FIND_VERSION_MINOR ${minor})
	set(PACKAGE_FIND_VERSION "${major}.${minor}")
	include("${LIBDIR}/cmake/vulkan_compute/vulkan_compute-config-version.cmake")
	if(NOT PACKAGE_VERSION STREQUAL version)
		message(FATAL_ERROR "The CMake package says ${PACKAGE_VERSION}, the header ${version}.")
	endif()
	set(${variable} "${PACKAGE_VERSION_COMPATIBLE}" PARENT_SCOPE)
endfunction()

math(EXPR before "${minor} - 1")
math(EXPR after "${minor} + 1")
accepts(same ${major} ${minor})
accepts(older ${major} ${before})
accepts(newer ${major} ${after})
if(NOT same OR older OR newer)
	message(FATAL_ERROR "The CMake package of ${version} has to be accepted where ${major}.${minor} is "
		"asked for, and nowhere else.")
endif()

file(STRINGS "${CHANGELOG}" headings REGEX "^## \\[[0-9]")
list(GET headings 0 newest)
if(NOT newest MATCHES "^## \\[${version}\\]")
	message(FATAL_ERROR "The newest version in ${CHANGELOG} is not ${version}: ${newest}")
endif()
