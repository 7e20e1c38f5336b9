/* SPDX-License-Identifier: MIT
 *
 * Recognises files that the program does not read, and says how to convert them.
 */
#ifndef CLI_FOREIGN_H
#define CLI_FOREIGN_H

#include <stddef.h>

/* Names the format of the bytes and a conversion: "a .npz archive of NumPy; …". Returns NULL if the
 * bytes have no known mark. */
const char *foreign_contents(const unsigned char *bytes, size_t length);

/* The same for text that is not JSON, such as CSV, word2vec or np.savetxt(). */
const char *foreign_text(const unsigned char *bytes, size_t length);

/* The same for text in an encoding other than UTF-8. */
const char *foreign_encoding(const unsigned char *bytes, size_t length);

/* The same for a file extension, such as "ivecs", whose contents would pass as embeddings. */
const char *foreign_ending(const char *ending);

#endif
