/* SPDX-License-Identifier: MIT
 *
 * Access to the test layer from a test.
 */
#ifndef LAYER_CLIENT_H
#define LAYER_CLIENT_H

#include "vkc_test_layer.h"

/* The layer's functions. Ends the program if the layer is missing. The path is compiled in. */
const struct vkc_test_layer_api *layer_open(void);

/* Fails the test if objects are left or rules were violated. */
void layer_check_clean(const struct vkc_test_layer_api *layer, const char *when);

#endif
