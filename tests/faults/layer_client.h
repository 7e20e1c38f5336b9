/* SPDX-License-Identifier: MIT
 *
 * The test layer, opened by a test.
 */
#ifndef LAYER_CLIENT_H
#define LAYER_CLIENT_H

#include "vkc_test_layer.h"

/* The layer's functions; ends the program when the layer is not there. The path is built in. */
const struct vkc_test_layer_api *layer_open(void);

/* Fails the test when objects are left or rules were broken. */
void layer_check_clean(const struct vkc_test_layer_api *layer, const char *when);

#endif
