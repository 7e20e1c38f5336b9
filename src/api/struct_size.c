/* SPDX-License-Identifier: MIT */
#include "api/struct_size.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint32_t size_of(const void *given)
{
	uint32_t size;
	memcpy(&size, given, sizeof(size));
	return size;
}

static VkcResult check_size(struct error *error, const char *function, const char *field,
                            const struct struct_type *type, uint32_t size)
{
	if (size >= type->oldest && size <= type->known)
		return VKC_SUCCESS;
	return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
	                 "%s: %s is %" PRIu32 "; set it to sizeof(%s), which is %" PRIu32
	                 " in version %d.%d.%d and at least %" PRIu32 " in earlier versions.",
	                 function, field, size, type->name, type->known, VKC_VERSION_MAJOR,
	                 VKC_VERSION_MINOR, VKC_VERSION_PATCH, type->oldest);
}

VkcResult struct_check(struct error *error, const char *function, const char *name,
                       const struct struct_type *type, const void *given)
{
	if (!given)
		return error_set(error, VKC_ERROR_INVALID_ARGUMENT,
		                 "%s: %s is NULL; it takes the address of a %s.", function, name,
		                 type->name);
	char field[64];
	snprintf(field, sizeof(field), "%s->struct_size", name);
	return check_size(error, function, field, type, size_of(given));
}

VkcResult struct_check_array(struct error *error, const char *function, const char *name,
                             const struct struct_type *type, const void *given, uint32_t count)
{
	if (!count)
		return VKC_SUCCESS;
	char field[64];
	snprintf(field, sizeof(field), "%s[0].struct_size", name);
	/* The size in the first element gives the stride of the array. */
	const uint32_t size = size_of(given);
	VkcResult result = check_size(error, function, field, type, size);
	for (uint32_t i = 1; i < count && result == VKC_SUCCESS; i++) {
		const uint32_t other = size_of((const char *)given + (size_t)i * size);
		if (other != size)
			result = error_set(error, VKC_ERROR_INVALID_ARGUMENT,
			                   "%s: %s[%" PRIu32 "].struct_size is %" PRIu32
			                   ", but that of %s[0] is %" PRIu32 "; set each to sizeof(%s).",
			                   function, name, i, other, name, size, type->name);
	}
	return result;
}

VkcResult struct_widen(struct error *error, const char *function, const char *name,
                       const struct struct_type *type, const void *given, void *known)
{
	VkcResult result = struct_check(error, function, name, type, given);
	if (result != VKC_SUCCESS)
		return result;
	memset(known, 0, type->known);
	memcpy(known, given, size_of(given));
	memcpy(known, &type->known, sizeof(type->known));
	return VKC_SUCCESS;
}

void struct_narrow(const void *known, void *given, uint32_t index)
{
	const uint32_t size = size_of(given);
	char *element = (char *)given + (size_t)index * size;
	memcpy(element, known, size);
	memcpy(element, &size, sizeof(size));
}
