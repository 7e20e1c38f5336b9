/* SPDX-License-Identifier: MIT
 *
 * Preloaded into LuaJIT beside the sanitizer: the programs that a Lua test
 * starts, such as a compiler, are none of the sanitizer's business.
 */
#include <stdlib.h>

__attribute__((constructor)) static void forget_preload(void)
{
	unsetenv("LD_PRELOAD");
}
