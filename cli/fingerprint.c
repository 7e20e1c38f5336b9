/* SPDX-License-Identifier: MIT */
#include "fingerprint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The header is all of the hash; no library is needed at run time. */
#define XXH_INLINE_ALL
#include <xxhash.h>

static struct fingerprint from_hash(XXH128_hash_t hash)
{
	return (struct fingerprint){{hash.high64, hash.low64}};
}

bool fingerprint_rows(const struct table *table, uint32_t num_rows, struct fingerprint *result)
{
	size_t row_bytes = table->columns * sizeof(double);
	double *numbers = malloc(row_bytes);
	XXH3_state_t *state = XXH3_createState();
	bool good = numbers && state;
	uint32_t row;

	if (good) {
		XXH3_128bits_reset(state);
		for (row = 0; row < num_rows; row++) {
			table_row(table, row, numbers);
			XXH3_128bits_update(state, numbers, row_bytes);
		}
		*result = from_hash(XXH3_128bits_digest(state));
	}
	XXH3_freeState(state);
	free(numbers);
	return good;
}

bool fingerprint_file(int descriptor, struct fingerprint *result)
{
	const size_t piece = 1 << 20;
	unsigned char *bytes = malloc(piece);
	XXH3_state_t *state = XXH3_createState();
	ssize_t got = -1;
	off_t offset = 0;

	errno = ENOMEM;
	if (bytes && state) {
		XXH3_128bits_reset(state);
		while ((got = pread(descriptor, bytes, piece, offset)) > 0) {
			XXH3_128bits_update(state, bytes, (size_t)got);
			offset += got;
		}
		*result = from_hash(XXH3_128bits_digest(state));
	}
	XXH3_freeState(state);
	free(bytes);
	return got == 0;
}

bool fingerprint_equal(struct fingerprint a, struct fingerprint b)
{
	return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

void fingerprint_text(struct fingerprint fingerprint, char text[FINGERPRINT_TEXT_SIZE])
{
	snprintf(text, FINGERPRINT_TEXT_SIZE, "%016" PRIx64 "%016" PRIx64, fingerprint.words[0],
	         fingerprint.words[1]);
}

uint64_t checksum_bytes(const void *bytes, size_t length)
{
	return XXH3_64bits(bytes, length);
}
