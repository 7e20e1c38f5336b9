-- SPDX-License-Identifier: MIT
-- Long work in calls of about a second, between which Ctrl-C takes effect: the same bytes as in one
-- call, never much more work, and no long call even on the slowest supported device.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local calls = require("vk_compute.calls")
local matrix = require("vk_compute.matrix")
local vk = require("vk_compute")

local target, clock = calls.target, calls.clock
local first_rows = matrix.first_rows
local n, dim = 320, 24
local rows = support.rows(n, dim)

TestPieces = {}

function TestPieces.tearDown()
  calls.target, calls.clock = target, clock
  matrix.first_rows = first_rows
end

-- Counts the calls of each function in the library of a context.
local function count_calls(ctx)
  local lib, counts = ctx.lib, {}
  ctx.lib = setmetatable({}, {
    __index = function(_, name)
      return function(...)
        counts[name] = (counts[name] or 0) + 1
        return lib[name](...)
      end
    end,
  })
  return counts
end

-- A context that appears to be slow: every call takes the maximum duration.
local function slow_context(opts)
  local now = 0
  matrix.first_rows = 16
  calls.clock = function()
    now = now + calls.target
    return now
  end
  -- The matrix is computed in the smallest possible steps, too.
  opts.tuning = opts.tuning or "submit_us=1"
  local ctx = assert(vk.new(opts))
  assert(ctx:upload(rows))
  local counts = count_calls(ctx)
  local lib = ctx.lib
  ctx.lib = setmetatable({
    vkc_lua_prepare_matrix = function(handle, _, fraction)
      return lib.vkc_lua_prepare_matrix(handle, 0, fraction)
    end,
    vkc_lua_continue_diversity_sequences = function(handle, output, lengths, count, length)
      return lib.vkc_lua_continue_diversity_sequences(handle, output, lengths, count, length, 1e-9)
    end,
  }, { __index = lib })
  return ctx, counts
end

local function bytes(view)
  return ffi.string(view:data(), ffi.sizeof(view:data()))
end

local function everything(ctx)
  return {
    function() return bytes(ctx:similarity()) end,
    function() return { ctx:diversity_sequence(17) } end,
    function() return { ctx:nearest_neighbors(5) } end,
    function() return bytes(ctx:similarity_rows(201, 100)) end,
    function() return bytes(ctx:similarity_rows(3, 2)) end,
    function() return { ctx:nearest_neighbors(70, { first = 200, count = 40 }) } end,
    function()
      local list = {}
      for start, sequence in ctx:diversity_sequences({ 4, 300, 5, 6, 7, 8, 9 }) do
        list[#list + 1] = { start, sequence }
      end
      return list
    end,
  }
end

-- Every kind of work, first after an upload and after every other kind.
local function assert_same_in_any_order(opts)
  local plain = assert(vk.new())
  assert(plain:upload(rows))
  local expected = {}
  for i, work in ipairs(everything(plain)) do
    expected[i] = work()
  end
  plain:close()
  local ctx = slow_context(opts)
  local all = everything(ctx)
  for first = 1, #all do
    assert(ctx:upload(rows))
    for i = 0, #all - 1 do
      local which = (first + i - 1) % #all + 1
      luaunit.assertTrue(support.equal(all[which](), expected[which]),
        ("work %d differs, begun with %d"):format(which, first))
    end
  end
  ctx:close()
end

function TestPieces.test_the_same_bytes_from_a_kept_matrix()
  assert_same_in_any_order({})
end

function TestPieces.test_the_same_bytes_without_a_matrix()
  assert_same_in_any_order({ tuning = "matrix=0" })
  assert_same_in_any_order({ tuning = "matrix=0,bounded=0" })
end

function TestPieces.test_there_are_many_calls()
  local ctx, counts = slow_context({})
  ctx:similarity()
  luaunit.assertTrue(counts.vkc_lua_compute_similarity_rows >= 6)
  luaunit.assertNil(counts.vkc_lua_compute_similarity_matrix)
  ctx:close()
  ctx, counts = slow_context({})
  ctx:diversity_sequence(1)
  luaunit.assertTrue(counts.vkc_lua_continue_diversity_sequences >= 2)
  luaunit.assertNil(counts.vkc_lua_compute_similarity_rows)
  ctx:close()
  ctx, counts = slow_context({})
  ctx:nearest_neighbors(3)
  luaunit.assertTrue(counts.vkc_lua_compute_nearest_neighbors >= 6)
  ctx:close()
  ctx, counts = slow_context({})
  ctx:similarity_rows(200, 100)
  luaunit.assertTrue(counts.vkc_lua_prepare_matrix >= 2)
  luaunit.assertTrue(counts.vkc_lua_compute_similarity_rows >= 6)
  ctx:close()
  ctx, counts = slow_context({ tuning = "matrix=0,submit_us=1" })
  ctx:diversity_sequence(1)
  luaunit.assertTrue(counts.vkc_lua_continue_diversity_sequences >= 2)
  ctx:nearest_neighbors(3)
  luaunit.assertTrue(counts.vkc_lua_compute_nearest_neighbors >= 6)
  ctx:close()
end

function TestPieces.test_what_is_short_is_few_calls()
  local ctx = assert(vk.new())
  assert(ctx:upload(rows))
  local counts = count_calls(ctx)
  ctx:similarity()
  luaunit.assertTrue(counts.vkc_lua_compute_similarity_rows <= 4)
  ctx:nearest_neighbors(3)
  luaunit.assertTrue(counts.vkc_lua_compute_nearest_neighbors <= 4)
  ctx:diversity_sequence(3)
  luaunit.assertTrue(counts.vkc_lua_continue_diversity_sequences <= 2)
  ctx:close()
end

-- A model of how include/vulkan_compute.h describes the computation of the matrix, without
-- computing it: the calls take the time that they would take on a device of `speed` multiply-adds
-- per second.
local function model(size, width, speed, fits)
  local now, asked, ready = 0, 0, 0
  local made = { longest = 0, work = 0 }
  local function pass(work)
    made.longest = math.max(made.longest, work / speed)
    made.work = made.work + work
    now = now + work / speed + 1e-6
    return 0
  end
  -- The work to do before this many rows are ready.
  local function half(row)
    row = math.max(ready, row)
    return ((size - ready) ^ 2 - (size - row) ^ 2) / 2 * width
  end
  local lib = {
    vkc_lua_matrix_pays = function(_, count, pays)
      pays[0] = (ready == size or asked + count >= math.floor(size / 8)) and 1 or 0
      return 0
    end,
    vkc_lua_prepare_matrix = function(_, seconds, fraction)
      if not fits then
        fraction[0] = 1
        return pass(0)
      end
      local work = 0
      repeat
        local row = math.min(size, ready + 64)
        work = work + half(row)
        ready = math.max(ready, row)
      until ready == size or work / speed >= seconds
      fraction[0] = 1 - ((size - ready) / size) ^ 2
      return pass(work)
    end,
    vkc_lua_compute_similarity_rows = function(_, first, count)
      local work = half(first + count)
      if not fits then
        return pass(count * size * width)
      elseif work > count * size * width then
        asked = asked + count
        if asked < math.floor(size / 8) then
          return pass(count * size * width)
        end
      end
      ready = math.max(ready, first + count)
      return pass(work)
    end,
  }
  calls.clock = function() return now end
  local ctx = { lib = lib, ids = { n = size }, matrix = matrix.new() }
  made.left = function() return half(size) end
  return ctx, made
end

function TestPieces.test_no_call_is_long_and_nothing_is_computed_twice()
  local floats = ffi.cast("float *", 0)
  for _, case in ipairs({
    { 7797, 14e9 }, { 12000, 14e9 }, { 17000, 14e9 }, { 23000, 14e9 }, { 23000, 3e9 },
    { 60000, 10e9 }, { 40000, 1e13 },
  }) do
    local size, speed = unpack(case)
    local whole = size * size * 768 / 2
    local ctx, made = model(size, 768, speed, true)
    luaunit.assertEquals(matrix.read_rows(ctx, 0, size, floats), 0)
    local what = ("%d rows at %g"):format(size, speed)
    luaunit.assertTrue(made.longest <= 2, ("%s: a call takes %.2f s"):format(what, made.longest))
    luaunit.assertTrue(made.work <= 1.001 * whole, ("%s: %.3f of the work"):format(what,
      made.work / whole))
    -- Before sequences, and before rows at the end: no work is left.
    for _, wanted in ipairs({ size, size / 4 }) do
      ctx, made = model(size, 768, speed, true)
      luaunit.assertEquals(matrix.prepare_for(ctx, wanted, true), 0)
      luaunit.assertTrue(made.longest <= 2 and made.left() == 0, what)
      luaunit.assertTrue(made.work <= 1.001 * whole, what)
    end
    ctx, made = model(size, 768, speed, true)
    luaunit.assertEquals(matrix.read_rows(ctx, size / 2, size / 2 + 100, floats), 0)
    luaunit.assertTrue(made.work <= 100 * size * 768, what)
    -- Without memory for the matrix, the work doubles.
    ctx, made = model(size, 768, speed, false)
    luaunit.assertEquals(matrix.read_rows(ctx, 0, size, floats), 0)
    luaunit.assertTrue(made.longest <= 2 and made.work <= 2.001 * whole, what)
  end
end

support.finish()
