/* SPDX-License-Identifier: MIT
 *
 * The members of a JSON object that matter to embeddings.
 */
#ifndef CLI_JSON_MEMBERS_H
#define CLI_JSON_MEMBERS_H

#include "io/json_rows.h"

/* What is known to hold rows or a part of one. */
enum json_key {
	MEMBER_EMBEDDING,
	MEMBER_EMBEDDINGS,
	MEMBER_DATA,   /* OpenAI, and all that speak like it */
	MEMBER_VALUES, /* Gemini, in place of the list of numbers */
	MEMBER_FLOAT,  /* Cohere, in place of the list of rows */
	MEMBER_ID,
	MEMBERS
};

extern const char *const json_key_names[MEMBERS];

/* The members of an object: where the values of the keys above begin. */
struct json_members {
	size_t start, end; /* of the object */
	size_t count[MEMBERS];
	size_t at[MEMBERS], length[MEMBERS];
};

/* Moves past the object at the cursor. Its keys may stand in any order, so that what a value is
 * shows only at the end. */
bool json_find_members(struct json_rows *rows, struct json_members *members);

/* Moves to the value of a key, which must be there only once. */
bool json_enter(struct json_rows *rows, const struct json_members *members, enum json_key key);

/* The first character of a key's value; '\0' where there is no such key. */
char json_begins_with(const struct json_rows *rows, const struct json_members *members,
                      enum json_key key);

/* Writes "its keys are "id", "vector"": the first keys of an object, for a message. */
void json_list_keys(struct json_rows *rows, const struct json_members *members, char *list,
                    size_t size);

#endif
