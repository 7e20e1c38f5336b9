/* SPDX-License-Identifier: MIT
 *
 * A library, but no Vulkan loader and no driver.
 */
int vkc_test_nothing(void);

int vkc_test_nothing(void)
{
	return 0;
}
