/* SPDX-License-Identifier: MIT
 *
 * How much of an old sequence is still right after rows were appended.
 *
 * The library's scores are exact integers; here they are computed in float64, for
 * the old choice and for the new rows only, together with a bound on how far they
 * can be off. A sequence is kept up to the first step where a new row might have a
 * lower score than the old choice. Where that is too early, the library computes
 * some steps again; the result is the same.
 */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include <stdint.h>

#include "session/session.h"

struct replay;

/* For the sequences of the first old_rows rows. *opened becomes NULL where nothing can be kept,
 * after a remark why. Returns an exit status. */
int replay_open(struct replay **opened, struct session *session, uint32_t old_rows);
void replay_close(struct replay *replay);

/* How many of the first `length` elements are surely unchanged: at least 1. */
uint32_t replay_keep(struct replay *replay, const uint32_t *sequence, uint32_t length);

#endif
