/* SPDX-License-Identifier: MIT
 *
 * Everything that takes JSON: both forms of embeddings, and lists of ids.
 */
#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct problem problem;

	fuzz_table(read_json, bytes, length);
	fuzz_table(read_jsonl, bytes, length);
	json_decref(read_ids(bytes, length, &problem));
	return 0;
}
