/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local struct error thread_error;

struct error *error_of_thread(void)
{
	return &thread_error;
}

VkcResult error_set(struct error *error, VkcResult result, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return result;
}

const char *vkc_result_string(VkcResult result)
{
	switch (result) {
	case VKC_SUCCESS:
		return "VKC_SUCCESS";
	case VKC_ERROR_INVALID_ARGUMENT:
		return "VKC_ERROR_INVALID_ARGUMENT";
	case VKC_ERROR_NO_DEVICE:
		return "VKC_ERROR_NO_DEVICE";
	case VKC_ERROR_OUT_OF_HOST_MEMORY:
		return "VKC_ERROR_OUT_OF_HOST_MEMORY";
	case VKC_ERROR_OUT_OF_DEVICE_MEMORY:
		return "VKC_ERROR_OUT_OF_DEVICE_MEMORY";
	case VKC_ERROR_DEVICE_LOST:
		return "VKC_ERROR_DEVICE_LOST";
	case VKC_ERROR_NOT_FINITE:
		return "VKC_ERROR_NOT_FINITE";
	case VKC_ERROR_INTERNAL:
		return "VKC_ERROR_INTERNAL";
	}
	return "unknown VkcResult";
}
