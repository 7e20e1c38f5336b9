# SPDX-License-Identifier: MIT
#
# Checks that LIBRARY exports the functions of HEADER and nothing else.
cmake_minimum_required(VERSION 3.18)

execute_process(COMMAND "${NM}" -D --defined-only "${LIBRARY}"
	OUTPUT_VARIABLE listing RESULT_VARIABLE status)
if(NOT status EQUAL 0)
	message(FATAL_ERROR "${NM} cannot read ${LIBRARY}.")
endif()
string(REGEX MATCHALL "[^ \n]+\n" exported "${listing}")
list(TRANSFORM exported STRIP)

file(READ "${HEADER}" text)
string(REGEX MATCHALL "VKC_API [^;(]*vkc_[a-z0-9_]+\\(" declared "${text}")
list(TRANSFORM declared REPLACE ".*(vkc_[a-z0-9_]+)\\($" "\\1")
list(LENGTH declared count)
if(count LESS 10)
	message(FATAL_ERROR "Only ${count} functions were recognised in ${HEADER}.")
endif()

set(missing ${declared})
list(REMOVE_ITEM missing ${exported})
list(REMOVE_ITEM exported ${declared})
if(exported)
	message(FATAL_ERROR "Exported, but not declared in the header: ${exported}")
endif()
if(missing)
	message(FATAL_ERROR "Declared in the header, but not exported: ${missing}")
endif()
