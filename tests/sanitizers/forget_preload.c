/* SPDX-License-Identifier: MIT
 *
 * Preloaded into LuaJIT together with the sanitizer: the programs that a Lua test starts, such as a
 * compiler, run without the sanitizer.
 */
#include <stdlib.h>

__attribute__((constructor)) static void forget_preload(void)
{
	unsetenv("LD_PRELOAD");
}
