# SPDX-License-Identifier: MIT
#
# Devices that tests run on in addition to that of the machine: a second driver, and devices that
# the test layer simulates.

set(VKC_SECOND_DRIVER "" CACHE FILEPATH "Manifest of a second Vulkan driver to test")
set(vkc_second_driver "${VKC_SECOND_DRIVER}")
if(NOT VKC_SECOND_DRIVER)
	# SwiftShader is fetched when the tests begin, so that a build needs no package.
	set(folder "${CMAKE_CURRENT_BINARY_DIR}/drivers/swiftshader")
	set(vkc_second_driver "${folder}/swiftshader_icd.json")
	add_test(NAME drivers.fetch
		COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/drivers/swiftshader.sh" "${folder}")
	set_tests_properties(drivers.fetch PROPERTIES
		LABELS "drivers;whole" FIXTURES_SETUP second_driver)
endif()

# The test layer is below the validation layer, which then sees the simulated limits.
set(vkc_layers_below "VK_LAYER_PATH=${VKC_TEST_LAYER_PATH}"
	"VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation:VK_LAYER_VKC_test" VKC_VALIDATION=1)

set(vkc_devices second_driver limits.smallest limits.gpu)
# The small kernel of the matrix: SwiftShader takes 12 s to compile the large one, which
# drivers.same_bytes uses, and each context compiles its own.
set(vkc_device_second_driver "VK_DRIVER_FILES=${vkc_second_driver}"
	"VK_ICD_FILENAMES=${vkc_second_driver}" VKC_VALIDATION=1 VKC_TUNING=gram=shared)
set(vkc_device_limits.smallest ${vkc_layers_below} VKC_TEST_LIMITS=all)
set(vkc_device_limits.gpu ${vkc_layers_below}
	"VKC_TEST_LIMITS=all,discrete,split_memory,noncoherent,heap,second_family")

# Each entry is one feature that a device lacks, or one limit that is low.
set(vkc_single_limits invocations shared_memory storage_buffers push_constants storage_range
	texel_elements offset_alignment atom_size allocation_size allocation_count group_count no_int64
	no_float64 no_int16 no_int8 no_features no_timestamps api_1_1 no_extensions one_memory_type
	noncoherent split_memory heap compute_queue second_family devices discrete)

# vkc_add_elsewhere(NAME SECOND LIMITS command...): runs the test NAME on each of these devices as
# well, with the `environment` of the caller. SECOND and LIMITS are its labels on the second driver
# and on devices with other limits: drivers, or whole if it takes too long for every change.
function(vkc_add_elsewhere name second limits)
	if(VKC_SANITIZE)
		return()
	endif()
	foreach(device IN LISTS vkc_devices)
		add_test(NAME ${device}.${name} COMMAND ${ARGN})
		set_tests_properties(${device}.${name} PROPERTIES
			ENVIRONMENT "${environment};${vkc_device_${device}}"
			LABELS ${limits} TIMEOUT 1800 SKIP_RETURN_CODE 77
			FAIL_REGULAR_EXPRESSION VKC_TEST_VIOLATION)
		if(device STREQUAL second_driver)
			set_tests_properties(${device}.${name} PROPERTIES
				LABELS ${second} FIXTURES_REQUIRED second_driver)
		endif()
	endforeach()
endfunction()
