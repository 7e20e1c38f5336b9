/* SPDX-License-Identifier: MIT
 *
 * A library that is neither a Vulkan loader nor a driver.
 */
int vkc_test_nothing(void);

int vkc_test_nothing(void)
{
	return 0;
}
