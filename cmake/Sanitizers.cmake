# SPDX-License-Identifier: MIT
#
# Applies VKC_SANITIZE to all targets and to the programs that the tests start:
#  VKC_SANITIZE_FLAGS  for programs that a test compiles
#  VKC_LUAJIT          the LuaJIT to test with. A sanitized library cannot be
#                      loaded into a plain interpreter unless the sanitizer is
#                      loaded first; in that case this is a script that does so.

find_program(VKC_PLAIN_LUAJIT luajit)
set(VKC_LUAJIT "${VKC_PLAIN_LUAJIT}")
set(VKC_SANITIZE_FLAGS "")
if(NOT VKC_SANITIZE)
	return()
endif()

set(sources "${PROJECT_SOURCE_DIR}/tests/sanitizers")
set(sanitized "${PROJECT_BINARY_DIR}/sanitized")
file(MAKE_DIRECTORY "${sanitized}")
foreach(name keep_loaded forget_preload)
	execute_process(
		COMMAND "${CMAKE_C_COMPILER}" -shared -fPIC -o "${sanitized}/lib${name}.so"
			"${sources}/${name}.c"
		RESULT_VARIABLE status)
	if(NOT status EQUAL 0)
		message(FATAL_ERROR "tests/sanitizers/${name}.c does not compile.")
	endif()
endforeach()

set(sanitize -fsanitize=${VKC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
set(keep_loaded "-Wl,--no-as-needed,${sanitized}/libkeep_loaded.so,-rpath,${sanitized}")
add_compile_options(${sanitize})
add_link_options(${sanitize} "$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${keep_loaded}>")
string(JOIN " " VKC_SANITIZE_FLAGS ${sanitize} "${keep_loaded}")

# ctest reads this before it runs the tests.
file(WRITE "${sanitized}/environment.cmake"
	"set(ENV{LSAN_OPTIONS} \"suppressions=${sources}/lsan.supp:print_suppressions=0\")\n"
	"set(ENV{TSAN_OPTIONS} \"suppressions=${sources}/tsan.supp\")\n"
	"set(ENV{UBSAN_OPTIONS} \"print_stacktrace=1\")\n")
set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${sanitized}/environment.cmake")

if(VKC_PLAIN_LUAJIT AND VKC_SANITIZE MATCHES "address|thread")
	string(REGEX REPLACE ".*(address|thread).*" "\\1" runtime "${VKC_SANITIZE}")
	string(SUBSTRING "${runtime}" 0 1 runtime)
	execute_process(
		COMMAND "${CMAKE_C_COMPILER}" -print-file-name=lib${runtime}san.so
		OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
	set(preload "${runtime} ${sanitized}/libkeep_loaded.so ${sanitized}/libforget_preload.so")
	set(VKC_LUAJIT "${sanitized}/luajit")
	file(WRITE "${VKC_LUAJIT}"
		"#!/bin/sh\nLD_PRELOAD='${preload}' exec '${VKC_PLAIN_LUAJIT}' \"$@\"\n")
	execute_process(COMMAND chmod +x "${VKC_LUAJIT}")
endif()
