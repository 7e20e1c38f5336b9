/* SPDX-License-Identifier: MIT
 *
 * Finds how much of an old sequence is still valid after rows were appended.
 *
 * The library's order is exact. This code computes scores in float64, only for the old choice and
 * the new rows, with a bound on the error. It keeps a sequence up to the first step
 * where a new row might have a lower score than the old choice. If that is too early, the library
 * computes some steps again, with the same result.
 */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include <stdint.h>

#include "session/session.h"

struct replay;

/* Prepares for the sequences of the first old_rows rows. If nothing can be kept, prints a remark
 * and sets *opened to NULL. Returns an exit status. */
int replay_open(struct replay **opened, struct session *session, uint32_t old_rows);
void replay_close(struct replay *replay);

/* Returns how many of the first `length` elements are certainly unchanged, at least 1. */
uint32_t replay_keep(struct replay *replay, const uint32_t *sequence, uint32_t length);

#endif
