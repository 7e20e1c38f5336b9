/* SPDX-License-Identifier: MIT */
#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	fuzz_table(read_fvecs, bytes, length);
	return 0;
}
