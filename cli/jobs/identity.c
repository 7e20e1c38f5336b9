/* SPDX-License-Identifier: MIT */
#include "jobs/identity.h"

#include <stddef.h>

const char *identity_difference(const struct identity *now, const struct identity *then)
{
	if (now->rows != then->rows || now->columns != then->columns ||
	    !fingerprint_equal(now->embeddings, then->embeddings))
		return "other embeddings";
	if (now->length != then->length)
		return "another --length";
	if (now->centered != then->centered)
		return then->centered ? "--center" : "no --center";
	if (now->result_version != then->result_version)
		return "a version of the library that gives other results";
	return NULL;
}
