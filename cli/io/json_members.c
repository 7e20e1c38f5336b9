/* SPDX-License-Identifier: MIT */
#include "io/json_members.h"

#include <stdio.h>
#include <string.h>

const char *const json_key_names[MEMBERS] = {"embedding", "embeddings", "data",
                                             "values", "float", "id"};

static bool skip_value(struct json_rows *rows)
{
	const char *missing = json_scan_value(&rows->scan);

	return !missing || json_rows_expected(rows, missing);
}

/* Returns MEMBERS for any other key. */
static enum json_key key_of(const char *quoted, size_t length)
{
	enum json_key key;
	json_t *string;

	if (!memchr(quoted, '\\', length)) {
		for (key = 0; key < MEMBERS; key++)
			if (strlen(json_key_names[key]) == length - 2 &&
			    memcmp(quoted + 1, json_key_names[key], length - 2) == 0)
				break;
		return key;
	}
	string = json_loadb(quoted, length, JSON_DECODE_ANY, NULL);
	for (key = 0; key < MEMBERS; key++)
		if (string && strcmp(json_string_value(string), json_key_names[key]) == 0)
			break;
	json_decref(string);
	return key;
}

/* Moves from a key to its value. key is MEMBERS for any other key. */
static bool take_key(struct json_rows *rows, enum json_key *key)
{
	struct json_scan *scan = &rows->scan;
	size_t at;

	if (json_scan_peek(scan) != '"')
		return json_rows_expected(rows, "a key in double quotes");
	at = scan->at;
	if (!json_scan_string(scan))
		return json_rows_expected(rows, "the closing quote of a key");
	*key = key_of(scan->text + at, scan->at - at);
	if (json_scan_peek(scan) != ':')
		return json_rows_expected(rows, "':'");
	scan->at++;
	json_scan_peek(scan);
	return true;
}

bool json_find_members(struct json_rows *rows, struct json_members *members)
{
	struct json_scan *scan = &rows->scan;
	char next = ',';

	memset(members, 0, sizeof(*members));
	members->start = scan->at++;
	if (json_scan_peek(scan) == '}')
		next = '}';
	while (next == ',') {
		enum json_key key = MEMBERS;
		size_t at;

		if (!take_key(rows, &key))
			return false;
		at = scan->at;
		if (!skip_value(rows))
			return false;
		/* As in most parsers, the last of several equal keys counts. */
		if (key < MEMBERS) {
			members->count[key]++;
			members->at[key] = at;
			members->length[key] = scan->at - at;
		}
		next = json_scan_peek(scan);
		if (next != ',' && next != '}')
			return json_rows_expected(rows, "',' or '}'");
		scan->at += next == ',';
	}
	members->end = ++scan->at;
	return true;
}

void json_list_keys(struct json_rows *rows, const struct json_members *members, char *list,
                    size_t size)
{
	struct json_scan *scan = &rows->scan;
	const char *separator = "its keys are ";
	size_t used = 0;

	snprintf(list, size, "it has no keys");
	scan->at = members->start + 1;
	while (json_scan_peek(scan) == '"') {
		size_t at = scan->at;
		int length;

		json_scan_string(scan);
		length = (int)(scan->at - at < 40 ? scan->at - at : 40);
		/* Do not split a UTF-8 character. */
		while ((scan->text[at + (size_t)length] & 0xc0) == 0x80)
			length--;
		if (used + (size_t)length + 8 > size) {
			snprintf(list + used, size - used, ", …");
			break;
		}
		used += (size_t)snprintf(list + used, size - used, "%s%.*s", separator, length,
		                         scan->text + at);
		separator = ", ";
		json_scan_peek(scan);
		scan->at++;
		json_scan_value(scan);
		if (json_scan_peek(scan) == ',')
			scan->at++;
	}
	scan->at = members->end;
}

bool json_enter(struct json_rows *rows, const struct json_members *members, enum json_key key)
{
	if (members->count[key] > 1)
		return json_rows_wrong(rows, members->start,
		                       "the key \"%s\" was expected only once in an object",
		                       json_key_names[key]);
	rows->scan.at = members->at[key];
	return true;
}

char json_begins_with(const struct json_rows *rows, const struct json_members *members,
                      enum json_key key)
{
	return members->count[key] ? rows->scan.text[members->at[key]] : '\0';
}
