# SPDX-License-Identifier: MIT
#
# From GLSL to C: vkc_add_shader() compiles and checks one variant of a kernel,
# vkc_embed_shaders() turns all of them into one C file with a table.

find_program(VKC_GLSLANG glslangValidator)
find_program(VKC_SPIRV_VAL spirv-val)
if(NOT VKC_GLSLANG OR NOT VKC_SPIRV_VAL)
	message(FATAL_ERROR "The shaders need glslangValidator and spirv-val to build. "
		"Install them (Debian: glslang-tools and spirv-tools), or run ./quickstart build.")
endif()

# vkc_add_shader(NAME source.comp [DEFINES A=1 B …])
#
# Compiles source.comp in the current folder, with these macros defined, to the
# kernel NAME. The paths of #include are relative to this folder.
function(vkc_add_shader name source)
	cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "DEFINES")
	if(arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "vkc_add_shader(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}.")
	endif()
	list(TRANSFORM arg_DEFINES PREPEND "-D")
	file(GLOB_RECURSE includes CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.glsl"
		"${CMAKE_CURRENT_SOURCE_DIR}/*.h")
	set(spirv "${CMAKE_CURRENT_BINARY_DIR}/${name}.spv")
	add_custom_command(
		OUTPUT "${spirv}"
		COMMAND "${VKC_GLSLANG}" -V -g0 --quiet --target-env vulkan1.1 -S comp ${arg_DEFINES}
			"-I${CMAKE_CURRENT_SOURCE_DIR}" -o "${spirv}" "${CMAKE_CURRENT_SOURCE_DIR}/${source}"
		COMMAND "${VKC_SPIRV_VAL}" --target-env vulkan1.1 "${spirv}"
		DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${source}" ${includes}
		COMMENT "Compiling shader ${name}"
		VERBATIM)
	set_property(DIRECTORY APPEND PROPERTY VKC_SPIRV "${spirv}")
endfunction()

# vkc_embed_shaders(TARGET)
#
# Adds an object library of all kernels added in this folder. For each kernel NAME, its header
# shaders.h declares vkc_spv_NAME[] and vkc_spv_NAME_words. It also declares vkc_shaders[], the
# table of all kernels.
function(vkc_embed_shaders target)
	get_property(spirv DIRECTORY PROPERTY VKC_SPIRV)
	set(generated "${CMAKE_CURRENT_BINARY_DIR}/generated")
	add_custom_command(
		OUTPUT "${generated}/shaders.c" "${generated}/shaders.h"
		COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${generated}" "-DSPIRV=${spirv}"
			-P "${PROJECT_SOURCE_DIR}/cmake/EmbedShaders.cmake"
		DEPENDS ${spirv} "${PROJECT_SOURCE_DIR}/cmake/EmbedShaders.cmake"
		COMMENT "Embedding the shaders"
		VERBATIM)
	add_library(${target} OBJECT "${generated}/shaders.c" "${generated}/shaders.h")
	set_target_properties(${target} PROPERTIES
		C_VISIBILITY_PRESET hidden
		POSITION_INDEPENDENT_CODE ON)
	target_include_directories(${target} PUBLIC "${generated}")
endfunction()
