/* SPDX-License-Identifier: MIT
 *
 * The files that a job finds beside its output: the record of its progress, and the description of
 * the input of a finished file.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jobs/record.h"
#include "jobs/sidecar.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	int file = memfd_create("job", 0);
	struct problem problem = {.text = ""};
	struct record record, stored;
	struct sidecar sidecar;
	char name[40];

	require(file >= 0 && write(file, bytes, length) == (ssize_t)length);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	if (sidecar_read(name, &sidecar, &problem))
		(void)sidecar_fits(&sidecar, file, name, &problem);
	else
		require(strlen(problem.text) > 20);
	/* A record that is accepted can be written and read again. */
	if (record_load(file, &record)) {
		require(!record_is_foreign(file));
		require(record_store(file, name, &record, &problem));
		require(record_load(file, &stored) && stored.rows_done == record.rows_done);
	}
	close(file);
	return 0;
}
