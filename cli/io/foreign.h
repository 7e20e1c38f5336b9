/* SPDX-License-Identifier: MIT
 *
 * Files that are not read, named as what they are.
 */
#ifndef CLI_FOREIGN_H
#define CLI_FOREIGN_H

#include <stddef.h>

/* What the bytes are, and how to make of them what is read: "a .npz archive of NumPy; …". NULL
 * where they have no mark that is known. */
const char *foreign_contents(const unsigned char *bytes, size_t length);

/* The same of text that does not begin as JSON does: a table of CSV, word2vec, np.savetxt(). */
const char *foreign_text(const unsigned char *bytes, size_t length);

/* The same of text in an encoding that is not read. */
const char *foreign_encoding(const unsigned char *bytes, size_t length);

/* The same of a file's ending, "ivecs", where the contents would be taken for embeddings. */
const char *foreign_ending(const char *ending);

#endif
