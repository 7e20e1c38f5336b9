-- SPDX-License-Identifier: MIT
-- The module's cdef compared with the header: as text, and as the C compiler and LuaJIT understand
-- it.

local ffi = require("ffi")
local header = require("header")
local luaunit = require("luaunit")
local support = require("support")
require("vk_compute.cdef")

local wanted = header.parse(header.declarations())
local cdef_text, symbols = header.cdef()
local declared = header.parse(cdef_text)

-- Functions of the C library, in addition to those of the header.
local others = { vkc_malloc = "malloc", vkc_posix_memalign = "posix_memalign",
  vkc_madvise = "madvise", vkc_free = "free", vkc_clock_gettime = "clock_gettime" }

-- The name that the cdef uses for a type or constant of the header.
local function own_name(name)
  return (name:gsub("^VkComputeContext$", "VkcLuaComputeContext"):gsub("^Vkc(%u)", "VkcLua%1")
    :gsub("^VKC_", "VKC_LUA_"):gsub("LuaLua", "Lua"))
end

-- Compiles and runs a C program that includes the header; returns the lines it prints.
local function run_c(program)
  local binary = os.tmpname()
  local source = binary .. ".c"
  local file = assert(io.open(source, "w"))
  file:write(program)
  file:close()
  local command = ("%s -std=c11 -Werror -I '%s' -o %s %s 2>&1 && %s"):format(
    os.getenv("VKC_CC") or "cc", header.path:match("^(.*)/[^/]*$"), binary, source, binary)
  local pipe = assert(io.popen(command))
  local output = pipe:read("*a")
  pipe:close()
  os.remove(source)
  os.remove(binary)
  return output
end

TestCdef = {}

function TestCdef.test_the_header_was_understood()
  luaunit.assertEquals(#wanted.enums, 4)
  luaunit.assertEquals(#wanted.structs, 4)
  luaunit.assertEquals(wanted.opaque, { "VkComputeContext" })
  luaunit.assertNotNil(wanted.functions.vkc_compute_nearest_neighbors)
  luaunit.assertEquals(wanted.functions.vkc_destroy, { "void", "(VkComputeContext*ctx)" })
end

function TestCdef.test_enums()
  luaunit.assertEquals(declared.enums, wanted.enums)
end

function TestCdef.test_structs()
  local structs = {}
  for _, struct in ipairs(declared.structs) do
    if struct[1] ~= "VkcTimespec" then
      structs[#structs + 1] = struct
    end
  end
  luaunit.assertEquals(structs, wanted.structs)
  luaunit.assertEquals(declared.opaque, wanted.opaque)
end

function TestCdef.test_functions()
  local functions = {}
  for name, declaration in pairs(declared.functions) do
    functions[name] = not others[name] and declaration or nil
  end
  luaunit.assertEquals(functions, wanted.functions)
end

function TestCdef.test_symbols()
  for name in pairs(declared.functions) do
    luaunit.assertEquals(symbols[name:gsub("^vkc_", "vkc_lua_")], others[name] or name)
  end
end

-- Prints the values in the header with which LuaJIT must agree.
function TestCdef.test_layout_as_compiled()
  local lines, expected = {}, {}
  local function compare(format, value, ...)
    local name = format:format(...)
    lines[#lines + 1] = ('printf("%s = %%lld\\n", (long long)(%s));'):format(name, name)
    expected[#expected + 1] = ("%s = %d"):format(name, value)
  end
  for _, enum in ipairs(wanted.enums) do
    compare("sizeof(%s)", ffi.sizeof(own_name(enum[1])), enum[1])
    for _, member in ipairs(enum[2]) do
      local value = tonumber(ffi.cast("int", ffi.cast(own_name(enum[1]), own_name(member[1]))))
      compare("%s", value, member[1])
    end
  end
  for _, struct in ipairs(wanted.structs) do
    local own = own_name(struct[1])
    compare("sizeof(%s)", ffi.sizeof(own), struct[1])
    for _, member in ipairs(struct[2]) do
      compare("offsetof(%s, %s)", ffi.offsetof(own, member[1]), struct[1], member[1])
    end
  end
  local output = run_c("#include <stddef.h>\n#include <stdio.h>\n#include <vulkan_compute.h>\n"
    .. "int main(void)\n{\n" .. table.concat(lines, "\n") .. "\nreturn 0;\n}\n")
  luaunit.assertEquals(output, table.concat(expected, "\n") .. "\n")
end

-- The C compiler compares the types of the functions and ignores argument names.
function TestCdef.test_functions_as_compiled()
  local lines = {}
  for name, declaration in pairs(declared.functions) do
    if not others[name] then
      lines[#lines + 1] = ("%s %s%s;"):format(declaration[1], name, declaration[2])
    end
  end
  local output = run_c("#include <stdio.h>\n#include <vulkan_compute.h>\n"
    .. table.concat(lines, "\n") .. '\nint main(void) { puts("the same"); return 0; }\n')
  luaunit.assertEquals(output, "the same\n")
end

function TestCdef.test_version()
  local file = assert(io.open(header.path))
  local text = file:read("*a")
  file:close()
  local major, minor, patch = text:match("VKC_VERSION_MAJOR (%d+)%s.*VKC_VERSION_MINOR (%d+)%s"
    .. ".*VKC_VERSION_PATCH (%d+)%s")
  luaunit.assertEquals(require("vk_compute").version, ("%s.%s.%s"):format(major, minor, patch))
end

support.finish()
