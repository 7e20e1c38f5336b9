/* SPDX-License-Identifier: MIT */
#include "jobs/fingerprint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/size.h"

/* The header contains the whole hash, so that the program needs no library for it. */
#define XXH_INLINE_ALL
#include <xxhash.h>

static struct fingerprint from_hash(XXH128_hash_t hash)
{
	return (struct fingerprint){{hash.high64, hash.low64}};
}

struct fingerprint_state {
	XXH3_state_t *hash;
};

struct fingerprint_state *fingerprint_begin(void)
{
	struct fingerprint_state *state = malloc(sizeof(*state));

	if (!state)
		return NULL;
	state->hash = XXH3_createState();
	if (!state->hash) {
		free(state);
		return NULL;
	}
	XXH3_128bits_reset(state->hash);
	return state;
}

void fingerprint_add(struct fingerprint_state *state, const void *bytes, size_t length)
{
	XXH3_128bits_update(state->hash, bytes, length);
}

struct fingerprint fingerprint_so_far(const struct fingerprint_state *state)
{
	return from_hash(XXH3_128bits_digest(state->hash));
}

void fingerprint_end(struct fingerprint_state *state)
{
	if (state)
		XXH3_freeState(state->hash);
	free(state);
}

bool fingerprint_rows(const struct table *table, uint32_t num_rows, struct fingerprint *result)
{
	size_t row_bytes = table->columns * sizeof(double);
	double *numbers = malloc(row_bytes);
	struct fingerprint_state *state = fingerprint_begin();
	bool good = numbers && state;
	uint32_t row;

	if (good) {
		for (row = 0; row < num_rows; row++) {
			table_row(table, row, numbers);
			fingerprint_add(state, numbers, row_bytes);
		}
		*result = fingerprint_so_far(state);
	}
	fingerprint_end(state);
	free(numbers);
	return good;
}

bool fingerprint_add_file(struct fingerprint_state *state, int descriptor, uint64_t length)
{
	const size_t chunk = 1 << 20;
	unsigned char *bytes = malloc(chunk);
	uint64_t done = 0;

	errno = ENOMEM;
	while (bytes && done < length) {
		size_t size = (size_t)min_u64(length - done, chunk);
		ssize_t length_read = pread(descriptor, bytes, size, (off_t)done);

		if (length_read < 0 && errno == EINTR)
			continue;
		if (length_read <= 0) {
			/* The file is too short. */
			if (length_read == 0)
				errno = EIO;
			break;
		}
		fingerprint_add(state, bytes, (size_t)length_read);
		done += (uint64_t)length_read;
	}
	free(bytes);
	return done == length;
}

bool fingerprint_file(int descriptor, struct fingerprint *result)
{
	struct fingerprint_state *state = fingerprint_begin();
	struct stat status;
	bool good = false;

	if (!state)
		errno = ENOMEM;
	else if (fstat(descriptor, &status) == 0)
		good = fingerprint_add_file(state, descriptor, (uint64_t)status.st_size);
	if (good)
		*result = fingerprint_so_far(state);
	fingerprint_end(state);
	return good;
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
