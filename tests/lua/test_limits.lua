-- SPDX-License-Identifier: MIT
-- Devices and memory that the machine does not have, and the messages that say so.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local vk = require("vk_compute")

ffi.cdef [[
int setenv(const char *name, const char *value, int overwrite);
int unsetenv(const char *name);
]]

TestLimits = {}

function TestLimits.test_what_the_machine_lacks_is_returned()
  support.assert_failed("no such device", vk.new({ device = "no such device" }))
  support.assert_failed("opts.device is 99, but vk.devices() has only ", vk.new({ device = 99 }))
  local output, ok = support.run("VKC_DEVICE='no such device'", [[
    local ctx, message = require("vk_compute").new()
    print(ctx, message)]])
  luaunit.assertStrContains(output, "nil\tNo device has 'no such device'")
  luaunit.assertTrue(ok)
  local ctx, message = vk.new({ memory_limit = 1 })
  if ctx then
    ctx, message = ctx:upload(support.rows(500, 500))
  end
  luaunit.assertNil(ctx)
  luaunit.assertStrContains(message, "memory")
end

function TestLimits.test_a_matrix_that_one_cdata_cannot_hold()
  local ctx = assert(vk.new())
  local n = 23171
  assert(ctx:upload(ffi.new("float[?]", n), { n = n, dim = 1 }))
  local expected = "23171 rows of 23171 similarities take 2147580964 bytes, and LuaJIT cannot hold "
    .. "more than 2 GiB in one piece: compute at most 23169 rows at a time with "
    .. "ctx:similarity_rows(first, count), or give memory of your own as opts.buffer"
  for _, name in ipairs({ "similarity", "compute_similarity_matrix" }) do
    local view, message = ctx[name](ctx)
    luaunit.assertNil(view)
    luaunit.assertEquals(message, expected)
  end
  local view, message = ctx:similarity_rows(1, n)
  luaunit.assertNil(view)
  luaunit.assertEquals(message, expected)
  ctx:close()
end

-- The module reads opts.memory_limit, the library VKC_MEMORY_LIMIT.
function TestLimits.test_memory_limit_is_spelled_as_the_variable_is()
  local function limit_of(opts)
    local ok, ctx = pcall(vk.new, opts)
    if not ok then
      return nil
    end
    local limit = ctx:device().memory_limit
    ctx:close()
    return limit
  end
  local function both(text)
    ffi.C.setenv("VKC_MEMORY_LIMIT", text, 1)
    local variable = limit_of()
    ffi.C.unsetenv("VKC_MEMORY_LIMIT")
    return variable, limit_of({ memory_limit = text })
  end
  for _, text in ipairs({ "4096", "007", "512K", "512k", "300M", "2g", "1T", "1t" }) do
    local variable, option = both(text)
    luaunit.assertNotNil(variable, text)
    luaunit.assertEquals(option, variable, text)
  end
  for _, text in ipairs({ "0", "0K", "-1", "+1", " 1", "1 ", "1.5G", "1e9", "0x10", "K", "1P", "KB",
    "2GiB" }) do
    luaunit.assertEquals({ both(text) }, {}, text)
  end
end

-- Messages of the library name its C functions, which mean nothing to a caller in Lua.
function TestLimits.test_messages_without_names_of_c()
  local errors = require("vk_compute.errors")
  local function says(text)
    return { vkc_lua_last_error = function() return text end }
  end
  luaunit.assertEquals(errors.last_message(says("vkc_upload: row_stride is 3; it takes 4."), nil),
    "row_stride is 3; it takes 4.")
  luaunit.assertEquals(errors.last_message(says("The device was lost."), nil),
    "The device was lost.")
end

support.finish()
