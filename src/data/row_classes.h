/* SPDX-License-Identifier: MIT
 *
 * Classes of equal rows. Items whose rows are equal have equal scores in every walk, so that no
 * arithmetic is needed to choose among them. */
#ifndef VKC_ROW_CLASSES_H
#define VKC_ROW_CLASSES_H

#include "data/numbers.h"

/* classes[r] = the lowest row that is equal to row r, byte for byte. Returns false if the host has
 * no memory left. */
bool row_classes_find(const struct numbers *numbers, uint32_t *classes);

#endif
