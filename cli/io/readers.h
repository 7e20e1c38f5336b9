/* SPDX-License-Identifier: MIT
 *
 * The file formats. Every reader takes the bytes of a whole file, whatever they
 * are, and either fills `table` or says where they are wrong and what was
 * expected. The bytes must stay as long as the table: it may point into them.
 */
#ifndef CLI_READERS_H
#define CLI_READERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"
#include "io/table.h"

/* NumPy's .npy, versions 1 to 3: float16, float32, float64, either byte order, C or Fortran. */
bool read_npy(const unsigned char *bytes, size_t length, struct table *table,
              struct problem *problem);

/* [[…], …], [{"id": …, "embedding": […]}, …], {"embeddings": either of the two}, what APIs answer,
 * and JSON lines that say what they are. */
bool read_json(const unsigned char *bytes, size_t length, struct table *table,
               struct problem *problem);

/* One row a line: […] or {"id": …, "embedding": […]}. Or one of the above. */
bool read_jsonl(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem);

/* Per row its length as little-endian int32, then so many little-endian float32. */
bool read_fvecs(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem);

/* Whether the bytes can be a .fvecs file, which has no mark of its own. */
bool fvecs_fits(const unsigned char *bytes, size_t length);

/* Whether all numbers of what fits are integers of .ivecs rather than floats. */
bool fvecs_holds_integers(const unsigned char *bytes, size_t length);

/* The number of rows and their length as little-endian uint32, then little-endian float32. */
bool read_fbin(const unsigned char *bytes, size_t length, struct table *table,
               struct problem *problem);

/* Whether the bytes are as many as a .fbin file's beginning says. */
bool fbin_fits(const unsigned char *bytes, size_t length);

/* Names: a JSON list of strings or integers, or a name a line. Returns a new list, in which
 * names may be repeated, or NULL. */
json_t *read_ids(const unsigned char *bytes, size_t length, struct problem *problem);

#endif
