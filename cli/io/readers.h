/* SPDX-License-Identifier: MIT
 *
 * The file formats. Each reader accepts arbitrary bytes of a whole file. It either fills `table` or
 * reports where the bytes are invalid and what was expected. The bytes must outlive the table,
 * which may point into them.
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

/* [[…], …], [{"id": …, "embedding": […]}, …], {"embeddings": either of the two}, responses of
 * common APIs, and unambiguous JSON lines. */
bool read_json(const unsigned char *bytes, size_t length, struct table *table,
               struct problem *problem);

/* One row per line: […] or {"id": …, "embedding": […]}. Accepts the forms above, too. */
bool read_jsonl(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem);

/* For each row its length as little-endian int32, then its numbers as little-endian float32. */
bool read_fvecs(const unsigned char *bytes, size_t length, struct table *table,
                struct problem *problem);

/* Whether the bytes can be a .fvecs file, which has no magic number. */
bool fvecs_fits(const unsigned char *bytes, size_t length);

/* Whether the numbers of bytes that fit look like the integers of a .ivecs file. */
bool fvecs_holds_integers(const unsigned char *bytes, size_t length);

/* The number of rows and their length as little-endian uint32, then little-endian float32. */
bool read_fbin(const unsigned char *bytes, size_t length, struct table *table,
               struct problem *problem);

/* Whether the size matches the header of a .fbin file. */
bool fbin_fits(const unsigned char *bytes, size_t length);

/* Reads ids: a JSON list of strings or integers, or one id per line. Returns a new list, which may
 * hold duplicates, or NULL. */
json_t *read_ids(const unsigned char *bytes, size_t length, struct problem *problem);

#endif
