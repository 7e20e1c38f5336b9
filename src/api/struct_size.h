/* SPDX-License-Identifier: MIT
 *
 * Public structs grow from version to version, at their end. Each begins with its struct_size,
 * which tells what its caller knew: what is missing there counts as 0, and is not written. */
#ifndef VKC_STRUCT_SIZE_H
#define VKC_STRUCT_SIZE_H

#include <stddef.h>

#include "base/error.h"

struct struct_type {
	const char *name;
	uint32_t oldest; /* its size in the first version that had it */
	uint32_t known;  /* and in this one, the largest that is accepted */
};

/* last: the last field in the first version that had the struct. */
#define STRUCT_TYPE(type, last) \
	{ \
#type, offsetof(type, last) + sizeof(((type *)0)->last), sizeof(type) \
	}

/* Whether the struct that the caller passed to `function` as `name` is not NULL and has a size
 * that this version knows. */
VkcResult struct_check(struct error *error, const char *function, const char *name,
                       const struct struct_type *type, const void *given);
/* The same for an array (not NULL), whose elements all have the size of the first. */
VkcResult struct_check_array(struct error *error, const char *function, const char *name,
                             const struct struct_type *type, const void *given, uint32_t count);

/* Checks the caller's struct and copies it into one of this version. */
VkcResult struct_widen(struct error *error, const char *function, const char *name,
                       const struct struct_type *type, const void *given, void *known);
/* Copies one of this version into element `index` of the caller's, which was checked. */
void struct_narrow(const void *known, void *given, uint32_t index);

#endif
