/* SPDX-License-Identifier: MIT
 *
 * Finds the members of a JSON object that matter for embeddings.
 */
#ifndef CLI_JSON_MEMBERS_H
#define CLI_JSON_MEMBERS_H

#include "io/json_rows.h"

/* Keys that may hold rows or a part of a row. */
enum json_key {
	MEMBER_EMBEDDING,
	MEMBER_EMBEDDINGS,
	MEMBER_DATA,   /* OpenAI and compatible APIs */
	MEMBER_VALUES, /* Gemini: an object instead of the list of numbers */
	MEMBER_FLOAT,  /* Cohere: an object instead of the list of rows */
	MEMBER_ID,
	MEMBERS
};

extern const char *const json_key_names[MEMBERS];

/* The members of an object: how often each key above occurs, and where its last value is. */
struct json_members {
	size_t start, end; /* of the object */
	size_t count[MEMBERS];
	size_t at[MEMBERS], length[MEMBERS];
};

/* Moves past the object at the cursor and finds its members. Keys may be in any order, so the
 * meaning of a value is known only at the end. */
bool json_find_members(struct json_rows *rows, struct json_members *members);

/* Moves to the value of a key, which must not occur twice. */
bool json_enter(struct json_rows *rows, const struct json_members *members, enum json_key key);

/* Returns the first character of a key's value, or '\0' if the key is missing. */
char json_begins_with(const struct json_rows *rows, const struct json_members *members,
                      enum json_key key);

/* Writes "its keys are "id", "vector"": the first keys of an object, for a message. */
void json_list_keys(struct json_rows *rows, const struct json_members *members, char *list,
                    size_t size);

#endif
