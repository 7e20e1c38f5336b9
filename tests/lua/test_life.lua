-- SPDX-License-Identifier: MIT
-- Lifetimes of contexts, buffers, views and iterators, and the memory of the process.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local Context = require("vk_compute.context")
local library = require("vk_compute.library")
local vk = require("vk_compute")

local rows = support.rows(50, 6)

local function collect()
  collectgarbage()
  collectgarbage()
end

-- Resident memory of this process in MiB.
local function resident()
  local file = assert(io.open("/proc/self/statm"))
  local pages = file:read("*a"):match("^%d+ (%d+)")
  file:close()
  return tonumber(pages) / 256
end

local function uploaded()
  local ctx = assert(vk.new())
  assert(ctx:upload(rows))
  return ctx
end

TestLife = {}

function TestLife.test_repeated_init_and_shutdown()
  assert(vk.init())
  assert(vk.upload_embeddings(rows))
  local expected = vk.compute_diversity_sequence(1)
  for _ = 1, 5 do
    vk.shutdown()
    assert(vk.init())
    assert(vk.upload_embeddings(rows))
    luaunit.assertEquals(vk.compute_diversity_sequence(1), expected)
  end
  vk.shutdown()
  vk.shutdown()
end

function TestLife.test_init_again_closes_the_context_before()
  local first = assert(vk.init())
  local second = assert(vk.init())
  luaunit.assertFalse(pcall(first.size, first))
  luaunit.assertEquals({ second:size() }, { 0, 0 })
  vk.shutdown()
  luaunit.assertFalse(pcall(second.size, second))
end

function TestLife.test_init_that_fails_leaves_the_context_before()
  assert(vk.init())
  assert(vk.upload_embeddings(rows))
  support.assert_failed("no such device", vk.init({ device = "no such device" }))
  luaunit.assertEquals(#vk.compute_diversity_sequence(1), 50)
  vk.shutdown()
end

-- Returns a function that makes contexts of a library that counts how often each handle is
-- destroyed, and a function that returns the count.
local function counting()
  local lib, destroyed = assert(library.load()), {}
  local counted = setmetatable({
    vkc_lua_destroy = function(handle)
      local key = tostring(handle)
      destroyed[key] = (destroyed[key] or 0) + 1
      lib.vkc_lua_destroy(handle)
    end,
  }, { __index = function(_, name) return lib[name] end })
  local function new()
    return Context.wrap(counted, lib.vkc_lua_init())
  end
  -- The number of destroyed handles; none may be destroyed twice.
  local function count()
    local handles = 0
    for _, times in pairs(destroyed) do
      luaunit.assertEquals(times, 1)
      handles = handles + 1
    end
    return handles
  end
  return new, count
end

function TestLife.test_the_collector_closes_contexts()
  local new, count = counting()
  local all = {}
  for i = 1, 10 do
    all[i] = new()
    assert(all[i]:upload(rows))
  end
  collect()
  luaunit.assertEquals(count(), 0)
  all = nil -- luacheck: ignore 311
  collect()
  luaunit.assertEquals(count(), 10)
end

function TestLife.test_closing_detaches_the_finaliser()
  local new, count = counting()
  local all = {}
  for i = 1, 10 do
    all[i] = new()
  end
  for i = 1, 10 do
    all[i]:close()
    luaunit.assertEquals(count(), i)
  end
  all = nil -- luacheck: ignore 311
  collect()
  luaunit.assertEquals(count(), 10)
end

function TestLife.test_contexts_are_apart()
  local a, b = uploaded(), assert(vk.new())
  assert(b:upload({ { 1 }, { -1 } }))
  local expected = a:diversity_sequence(9)
  luaunit.assertEquals(b:diversity_sequence(2), { 2, 1 })
  b:close()
  luaunit.assertEquals(a:diversity_sequence(9), expected)
  a:close()
end

function TestLife.test_views_outlive_their_context()
  local ctx = uploaded()
  local view = ctx:similarity()
  local matrix, row = view:to_table(), view:row(7)
  ctx:close()
  ctx = nil
  collect()
  luaunit.assertEquals(view:to_table(), matrix)
  view = nil
  collect()
  -- Allocations that would overwrite a freed buffer.
  for _ = 1, 50 do
    ffi.fill(ffi.new("float[2500]"), 10000, 255)
  end
  luaunit.assertEquals(row:to_table(), matrix[7])
  luaunit.assertNil(ctx or view)
end

function TestLife.test_data_keeps_the_numbers()
  local ctx = uploaded()
  local data = ctx:similarity():data()
  local expected = ctx:compute_similarity_matrix()
  ctx:close()
  collect()
  for _ = 1, 50 do
    ffi.fill(ffi.new("float[2500]"), 10000, 255)
  end
  luaunit.assertEquals(data[3 * 50 + 4], expected[4][5])
end

-- The only reference to a view is the call that reads it, and the collector runs during that call.
function TestLife.test_views_live_while_they_are_read()
  local ctx = uploaded()
  local matrix = ctx:compute_similarity_matrix()
  local function read_row()
    return ctx:similarity():row(7):to_table()
  end
  local function read_view()
    return ctx:similarity():to_table()
  end
  local module = require("vk_compute.memory")
  local usual = module.table
  local filler = {}
  module.table = function(...)
    collect()
    for i = 1, 5 do -- may reuse freed memory
      filler[i] = ffi.new("float[2500]")
      ffi.fill(filler[i], 10000, 255)
    end
    return usual(...)
  end
  local row, all = read_row(), read_view()
  module.table = usual
  luaunit.assertTrue(support.equal(row, matrix[7]))
  luaunit.assertTrue(support.equal(all, matrix))
  ctx:close()
end

function TestLife.test_a_buffer_of_the_caller_lives_as_long_as_its_view()
  local ctx = uploaded()
  local known = setmetatable({}, { __mode = "k" })
  -- Separate functions, so that no stack slot here refers to the buffer.
  local function make()
    local buffer = ffi.new("float[2500]")
    known[buffer] = true
    return { ctx:similarity({ buffer = buffer }) }
  end
  local function use(views)
    collect()
    luaunit.assertEquals(views[1]:get(3, 3), 1)
    luaunit.assertTrue(next(known) ~= nil)
  end
  local views = make()
  use(views)
  views[1] = nil
  ctx:close()
  collect()
  luaunit.assertNil(next(known))
end

function TestLife.test_collections_at_any_moment()
  local ctx = uploaded()
  local sequence, matrix = ctx:diversity_sequence(4), ctx:compute_similarity_matrix()
  local near = ctx:nearest_neighbors(5)
  local pause, step = collectgarbage("setpause", 1), collectgarbage("setstepmul", 100000)
  for _ = 1, 30 do
    assert(ctx:upload(rows))
    assert(support.same(ctx:diversity_sequence(4), sequence))
    for start, following in ctx:diversity_sequences({ 4 }) do
      assert(start == 4 and support.same(following, sequence))
    end
    local view, again = ctx:similarity(), ctx:nearest_neighbors(5)
    for i = 1, 50 do
      assert(support.same(view:row(i):to_table(), matrix[i]))
      assert(support.same(again[i], near[i]))
    end
  end
  collectgarbage("setpause", pause)
  collectgarbage("setstepmul", step)
  ctx:close()
end

function TestLife.test_leaving_an_iterator_leaks_nothing()
  local ctx = uploaded()
  local known = setmetatable({}, { __mode = "k" })
  local function round()
    for _ = 1, 100 do
      local following = ctx:diversity_sequences(nil, { batch = 10 })
      known[following] = true
      for start, sequence in following do
        assert(#sequence == 50)
        if start == 3 then
          break
        end
      end
    end
    collect()
    return collectgarbage("count")
  end
  round()
  local before = round()
  luaunit.assertNil(next(known), "an iterator is still alive")
  luaunit.assertTrue(round() - before < 8, "memory grows with each loop that is left")
  ctx:close()
end

function TestLife.test_an_iterator_holds_one_batch()
  -- All sequences of 2,000 rows are 16 MB; a batch of 20 is 160 kB.
  local ctx = assert(vk.new())
  assert(ctx:upload(support.rows(2000, 2)))
  local known, most = setmetatable({}, { __mode = "k" }), 0
  collect()
  local before = collectgarbage("count")
  local seen = 0
  for _, sequence in ctx:diversity_sequences(nil, { batch = 20, length = 1000 }) do
    known[sequence] = true
    seen = seen + 1
    if seen % 20 == 0 then
      collect()
      most = math.max(most, collectgarbage("count") - before)
    end
    if seen == 200 then
      break
    end
  end
  luaunit.assertTrue(most < 600, ("held %.0f kB"):format(most))
  ctx:close()
end

-- A sanitizer holds freed memory back for a while, to detect late uses.
local function skip_if_sanitized()
  luaunit.skipIf((os.getenv("VKC_SANITIZE") or "") ~= "", "a sanitizer holds freed memory back")
end

function TestLife.test_memory_of_the_process_does_not_grow()
  skip_if_sanitized()
  local big = support.rows(800, 16)
  local function round(close)
    local ctx = assert(vk.new())
    assert(ctx:upload(big))
    ctx:similarity()
    if close then
      ctx:close()
    end
  end
  for _, close in ipairs({ true, false }) do -- if false, the collector closes
    local before
    for i = 1, 24 do
      round(close)
      collect()
      before = i == 8 and resident() or before
    end
    luaunit.assertTrue(resident() - before < 16, ("grew by %.1f MiB"):format(resident() - before))
  end
end

function TestLife.test_a_failed_upload_gives_its_buffer_back()
  skip_if_sanitized()
  local ctx = assert(vk.new())
  local wide = {}
  for i = 1, 200 do
    wide[i] = {}
    for j = 1, 5000 do
      wide[i][j] = j
    end
  end
  wide[200][5000] = 0 / 0
  local before = resident()
  for _ = 1, 60 do -- 4 MB each
    luaunit.assertFalse(pcall(ctx.upload, ctx, wide))
  end
  luaunit.assertTrue(resident() - before < 40, ("grew by %.1f MiB"):format(resident() - before))
  ctx:close()
end

function TestLife.test_ending_without_closing_anything()
  local output, ok = support.run("", [[
    local vk = require("vk_compute")
    assert(vk.init())
    assert(vk.upload_embeddings({ { 1 }, { 2 } }))
    own = assert(vk.new())
    assert(own:upload({ { 1 }, { 2 } }))
    view, following = own:similarity(), own:diversity_sequences()
    following()
    print("the end")]])
  luaunit.assertEquals(output, "the end\n")
  luaunit.assertTrue(ok)
end

support.finish()
