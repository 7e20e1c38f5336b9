/* SPDX-License-Identifier: MIT
 *
 * FILE.npy.json describes what a finished file of sequences was made from, so that later runs can
 * recognise and extend it.
 */
#ifndef CLI_SIDECAR_H
#define CLI_SIDECAR_H

#include <stdbool.h>

#include "jobs/fingerprint.h"
#include "jobs/identity.h"
#include "base/problem.h"

struct sidecar {
	struct identity identity;
	struct fingerprint content; /* of the file that it describes */
};

/* name: the .json file. Only one process at a time may write it. */
bool sidecar_read(const char *name, struct sidecar *sidecar, struct problem *problem);
bool sidecar_write(const char *name, const struct sidecar *sidecar, struct problem *problem);

/* Whether the file is the one that the sidecar describes. */
bool sidecar_fits(const struct sidecar *sidecar, int descriptor, const char *name,
                  struct problem *problem);

#endif
