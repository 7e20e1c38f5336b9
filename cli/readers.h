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

#include "problem.h"
#include "table.h"

/* NumPy's .npy, versions 1 to 3: float16, float32, float64, either byte order, C or Fortran. */
bool read_npy(const unsigned char *bytes, size_t length, struct table *table,
              struct problem *problem);

/* [[…], …], [{"id": …, "embedding": […]}, …], or {"embeddings": either of the two}. */
bool read_json(const unsigned char *bytes, size_t length, struct table *table,
               struct problem *problem);

/* One row a line: […] or {"id": …, "embedding": […]}. */
bool read_jsonl(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem);

/* Per row its length as little-endian int32, then so many little-endian float32. */
bool read_fvecs(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem);

/* Names: a JSON list of strings or integers, or a name a line. Returns a new list, in which
 * names may be repeated, or NULL. */
json_t *read_ids(const unsigned char *bytes, size_t length, struct problem *problem);

#endif
