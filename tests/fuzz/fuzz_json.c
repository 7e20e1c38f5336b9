/* SPDX-License-Identifier: MIT
 *
 * Everything that reads JSON: both forms of embeddings, and lists of ids. The readers must accept
 * whatever Jansson accepts, and find the same numbers.
 */
#include "fuzz_table.h"
#include "io/json_scan.h"

/* Whether the value is a list of lists of numbers, all of the same length. */
static bool is_matrix(const json_t *root)
{
	size_t row, column, columns = json_array_size(json_array_get(root, 0));

	for (row = 0; row < json_array_size(root); row++) {
		const json_t *list = json_array_get(root, row);

		if (json_array_size(list) != columns)
			return false;
		for (column = 0; column < columns; column++)
			if (!json_is_number(json_array_get(list, column)))
				return false;
	}
	return columns > 0;
}

static void compare(const json_t *root, const uint8_t *bytes, size_t length)
{
	struct problem problem;
	struct table table;
	size_t row, column;

	fuzz_require(read_json(bytes, length, &table, &problem));
	fuzz_require(table.rows == json_array_size(root));
	for (row = 0; row < table.rows; row++) {
		const json_t *list = json_array_get(root, row);

		fuzz_require(table.columns == json_array_size(list));
		for (column = 0; column < table.columns; column++)
			fuzz_require(((const double *)table.data)[row * table.columns + column] ==
			             json_number_value(json_array_get(list, column)));
	}
	table_free(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
	struct json_scan scan = {.text = (const char *)bytes, .length = length};
	json_t *root = json_loadb(scan.text, length, flags, NULL);
	struct problem problem;

	/* Jansson ignores a zero byte after a number. */
	if (root && !memchr(bytes, '\0', length)) {
		fuzz_require(!json_scan_value(&scan));
		json_scan_peek(&scan);
		fuzz_require(scan.at == length);
		if (is_matrix(root))
			compare(root, bytes, length);
	} else {
		json_scan_value(&scan);
	}
	json_scan_close(&scan);
	json_decref(root);
	fuzz_table(read_json, bytes, length);
	fuzz_table(read_jsonl, bytes, length);
	json_decref(read_ids(bytes, length, &problem));
	return 0;
}
