/* SPDX-License-Identifier: MIT
 *
 * FILE.npy.json: what a finished file of sequences was made from, so that it can
 * be recognised and extended later.
 */
#ifndef CLI_SIDECAR_H
#define CLI_SIDECAR_H

#include <stdbool.h>

#include "jobs/fingerprint.h"
#include "jobs/identity.h"
#include "base/problem.h"

struct sidecar {
	struct identity identity;
	struct fingerprint content; /* of the file it belongs to */
};

/* Both take the name of the .json file; only one process at a time may write it. */
bool sidecar_read(const char *name, struct sidecar *sidecar, struct problem *problem);
bool sidecar_write(const char *name, const struct sidecar *sidecar, struct problem *problem);

/* Whether the file is the one that the sidecar was written for. */
bool sidecar_fits(const struct sidecar *sidecar, int descriptor, const char *name,
                  struct problem *problem);

#endif
