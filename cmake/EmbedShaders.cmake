# SPDX-License-Identifier: MIT
#
# The build runs this script (cmake -P) with SPIRV, a list of .spv files, and OUTPUT, a
# folder: it writes shaders.c and shaders.h there.
cmake_minimum_required(VERSION 3.18)

set(declarations "")
set(definitions "")
set(entries "")
foreach(file IN LISTS SPIRV)
	get_filename_component(name "${file}" NAME_WE)
	file(READ "${file}" hex HEX)
	# glslang writes little-endian words. Each line of C holds eight.
	string(REGEX REPLACE "(..)(..)(..)(..)" "0x\\4\\3\\2\\1," words "${hex}")
	set(word "0x........,")
	string(REGEX REPLACE "(${word}${word}${word}${word}${word}${word}${word}${word})" "\\1\n\t"
		words "${words}")
	string(APPEND declarations
		"extern const uint32_t vkc_spv_${name}[];\nextern const size_t vkc_spv_${name}_words;\n")
	string(APPEND definitions
		"const uint32_t vkc_spv_${name}[] = {\n\t${words}\n};\n"
		"const size_t vkc_spv_${name}_words = sizeof(vkc_spv_${name}) / sizeof(uint32_t);\n\n")
	string(APPEND entries
		"\t{\"${name}\", vkc_spv_${name}, sizeof(vkc_spv_${name}) / sizeof(uint32_t)},\n")
endforeach()

file(WRITE "${OUTPUT}/shaders.h"
"/* Generated from the GLSL in shaders/; changes here are lost. */
#ifndef VKC_SHADERS_H
#define VKC_SHADERS_H

#include <stddef.h>
#include <stdint.h>

struct vkc_shader {
	const char *name;
	const uint32_t *words;
	size_t count; /* of words */
};

/* All kernels; the last entry's name is NULL. */
extern const struct vkc_shader vkc_shaders[];

${declarations}
#endif
")
file(WRITE "${OUTPUT}/shaders.c"
"/* Generated from the GLSL in shaders/; changes here are lost. */
#include \"shaders.h\"

${definitions}const struct vkc_shader vkc_shaders[] = {
${entries}\t{NULL, NULL, 0}
};
")
