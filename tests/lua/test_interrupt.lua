-- SPDX-License-Identifier: MIT
-- Ctrl-C: LuaJIT raises "interrupted!" at the first Lua instruction after the library call in
-- progress. Here the calls themselves raise the error, so that it happens at exactly that place.

local luaunit = require("luaunit")
local support = require("support")
local vk = require("vk_compute")

-- The library with one function replaced.
local function with_function(lib, name, other)
  return setmetatable({ [name] = other }, {
    __index = function(_, key)
      return lib[key]
    end,
  })
end

-- Runs `work` with a library whose function `name` raises an error when it has finished.
local function interrupted_in(ctx, name, work)
  local lib = ctx.lib
  ctx.lib = with_function(lib, name, function(...)
    local _ = lib[name](...)
    error("interrupted!", 0)
  end)
  local ok, message = pcall(work)
  ctx.lib = lib
  luaunit.assertFalse(ok)
  luaunit.assertEquals(message, "interrupted!")
end

TestInterrupt = {}

-- The embeddings in the library are not those in Lua: the wrong size would overrun a buffer, or
-- read missing rows.
function TestInterrupt.test_upload_of_another_size()
  for _, sizes in ipairs({ { 3, 300 }, { 300, 3 } }) do
    local ctx = assert(vk.new())
    assert(ctx:upload(support.rows(sizes[1], 2)))
    local reading = ctx:diversity_sequences()
    reading()
    interrupted_in(ctx, "vkc_lua_upload", function()
      ctx:upload(support.rows(sizes[2], 4))
    end)

    luaunit.assertEquals({ ctx:size() }, { 0, 0 })
    for _, name in ipairs({ "diversity_sequence", "compute_diversity_sequence",
      "diversity_sequences", "similarity", "similarity_rows", "compute_similarity_matrix",
      "nearest_neighbors" }) do
      support.assert_misuse(("attempt to call '%s' after an upload that was interrupted: upload "
        .. "again"):format(name), function() ctx[name](ctx, 1) end)
    end
    support.assert_misuse("the embeddings were replaced while their diversity sequences were "
      .. "being read", function() reading() end)

    local rows = support.rows(20, 3)
    assert(ctx:upload(rows))
    luaunit.assertEquals({ ctx:size() }, { 20, 3 })
    luaunit.assertEquals(ctx:diversity_sequence(7), support.sequence(rows, 7))
    ctx:close()
  end
end

-- Opening a device may take seconds, and nothing holds the context yet when the signal takes
-- effect.
function TestInterrupt.test_new()
  local library = require("vk_compute.library")
  local load, destroyed = library.load, 0
  library.load = function(...)
    local lib = load(...)
    return setmetatable({
      vkc_lua_init_with_options = function(...)
        assert(lib.vkc_lua_init_with_options(...) == 0)
        error("interrupted!", 0)
      end,
      vkc_lua_destroy = function(handle)
        destroyed = destroyed + (handle ~= nil and 1 or 0)
        lib.vkc_lua_destroy(handle)
      end,
    }, {
      __index = function(_, key)
        return lib[key]
      end,
    })
  end
  local ok, message = pcall(vk.new)
  library.load = load
  luaunit.assertFalse(ok)
  luaunit.assertEquals(message, "interrupted!")
  collectgarbage()
  collectgarbage()
  luaunit.assertEquals(destroyed, 1)
end

-- The matrix is computed ahead: finished parts are kept, and the work continues from there.
function TestInterrupt.test_matrix()
  local ctx = assert(vk.new({ tuning = "submit_us=1" }))
  local rows = support.rows(200, 3)
  assert(ctx:upload(rows))
  interrupted_in(ctx, "vkc_lua_prepare_matrix", function()
    ctx:similarity_rows(100, 90)
  end)
  interrupted_in(ctx, "vkc_lua_continue_diversity_sequences", function()
    ctx:diversity_sequence(7)
  end)
  luaunit.assertEquals(ctx:diversity_sequence(7), support.sequence(rows, 7))
  ctx:close()
end

-- An interrupted batch goes on: no sequence is missing or repeated.
function TestInterrupt.test_iterator()
  local ctx = assert(vk.new())
  local rows = support.rows(30, 4)
  assert(ctx:upload(rows))
  local lib, count = ctx.lib, 0
  ctx.lib = with_function(lib, "vkc_lua_continue_diversity_sequences", function(...)
    local result = lib.vkc_lua_continue_diversity_sequences(...)
    count = count + 1
    return count % 2 == 0 and result or error("interrupted!", 0)
  end)
  for _, opts in ipairs({ {}, { batch = 4 }, { batch = 30 } }) do
    local following, expected, interrupted = ctx:diversity_sequences(nil, opts), 1, 0
    count = 0
    while true do
      local ok, start, sequence = pcall(following)
      if not ok then
        luaunit.assertEquals(start, "interrupted!")
        interrupted = interrupted + 1
      elseif not start then
        break
      else
        luaunit.assertEquals(start, expected)
        luaunit.assertEquals(sequence, support.sequence(rows, start))
        expected = expected + 1
      end
    end
    luaunit.assertEquals(expected, 31)
    luaunit.assertTrue(interrupted > 0)
  end
  ctx.lib = lib
  ctx:close()
end

-- The message of the library already says that it kept the previous embeddings.
function TestInterrupt.test_upload_that_failed()
  local ctx = assert(vk.new({ memory_limit = "64M" }))
  local rows = support.rows(20, 3)
  assert(ctx:upload(rows))
  local too_much = require("ffi").new("float[?]", 30000 * 600)
  support.assert_failed("memory", ctx:upload(too_much, { n = 30000, dim = 600 }))
  luaunit.assertEquals({ ctx:size() }, { 20, 3 })
  luaunit.assertEquals(ctx:diversity_sequence(7), support.sequence(rows, 7))
  ctx:close()
end

support.finish()
