/* SPDX-License-Identifier: MIT
 *
 * Versioned public structs. A new version may append fields. Each struct begins with struct_size,
 * the size that the caller was compiled with: missing input fields count as 0, and missing output
 * fields are not written. */
#ifndef VKC_STRUCT_SIZE_H
#define VKC_STRUCT_SIZE_H

#include <stddef.h>

#include "base/error.h"

struct struct_type {
	const char *name;
	uint32_t oldest; /* size in the first version that had the struct */
	uint32_t known;  /* size in this version, the largest accepted */
};

/* last: the last field of the struct in its first version. */
#define STRUCT_TYPE(type, last) \
	{ \
#type, offsetof(type, last) + sizeof(((type *)0)->last), sizeof(type) \
	}

/* Checks that the struct that the caller passed to `function` as `name` is not NULL and has a
 * supported size. */
VkcResult struct_check(struct error *error, const char *function, const char *name,
                       const struct struct_type *type, const void *given);
/* Checks a non-NULL array. All elements must have the size of the first. */
VkcResult struct_check_array(struct error *error, const char *function, const char *name,
                             const struct struct_type *type, const void *given, uint32_t count);

/* Checks the caller's struct and copies it into a struct of this version. */
VkcResult struct_widen(struct error *error, const char *function, const char *name,
                       const struct struct_type *type, const void *given, void *known);
/* Copies a struct of this version into element `index` of the caller's array, which has been
 * checked. */
void struct_narrow(const void *known, void *given, uint32_t index);

#endif
