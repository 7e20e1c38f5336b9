/* SPDX-License-Identifier: MIT
 *
 * Files whose name does not tell the format: they are read by their contents, or the message names
 * the format.
 */
#include "fuzz_table.h"
#include "io/input.h"

static bool read_any(const unsigned char *bytes, size_t length, struct table *table,
                     struct problem *problem)
{
	return input_read(bytes, length, "file", NULL, table, problem);
}

static bool read_named_npy(const unsigned char *bytes, size_t length, struct table *table,
                           struct problem *problem)
{
	return input_read(bytes, length, "file.npy", NULL, table, problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	fuzz_table(read_any, bytes, length);
	fuzz_table(read_named_npy, bytes, length);
	fuzz_table(read_fbin, bytes, length);
	return 0;
}
