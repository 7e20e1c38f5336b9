-- SPDX-License-Identifier: MIT
-- What the library reads in place lives until another upload replaces it.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local Context = require("vk_compute.context")
local library = require("vk_compute.library")
local memory = require("vk_compute.memory")
local vk = require("vk_compute")

local center, borrow = 1, 2 -- VkcUploadFlags
local n, dim = 12, 3
local rows = support.rows(n, dim)
local size = { n = n, dim = dim }

local function collect()
  collectgarbage()
  collectgarbage()
end

-- Returns a new array with the rows, which only `seen` refers to, weakly.
local function array(seen)
  local numbers = ffi.new("double[?]", n * dim, support.flat(rows))
  seen[#seen + 1] = numbers
  return numbers
end

local function weak()
  return setmetatable({}, { __mode = "v" })
end

-- The context's library with another vkc_lua_upload, which gets the one that it replaces.
local function with_upload(ctx, upload)
  local lib = ctx.lib
  ctx.lib = setmetatable({
    vkc_lua_upload = function(...)
      return upload(lib.vkc_lua_upload, ...)
    end,
  }, { __index = function(_, name) return lib[name] end })
  return lib
end

TestBorrow = {}

function TestBorrow.test_what_is_borrowed()
  local ctx = assert(vk.new())
  local flags, data
  with_upload(ctx, function(upload, handle, request)
    flags, data = request.flags, request.data
    return upload(handle, request)
  end)
  local function uploads(expected, embeddings, opts)
    assert(ctx:upload(embeddings, opts))
    luaunit.assertEquals(flags, expected)
    if type(embeddings) == "cdata" then
      luaunit.assertTrue(data == ffi.cast("const void *", embeddings))
    end
    luaunit.assertEquals(#ctx.borrowed.entries, expected % 4 >= borrow and 1 or 0)
  end
  local numbers = ffi.new("double[?]", n * dim, support.flat(rows))
  local struct = ffi.new("struct { double before; double values[36]; }")
  local pointer = ffi.cast("double *", numbers)
  local function opts(name, value)
    return { n = n, dim = dim, [name] = value }
  end
  uploads(borrow, rows)
  uploads(borrow + center, rows, { center = true })
  uploads(borrow, rows, { type = "float32" })
  uploads(borrow, support.flat(rows), { dim = dim })
  uploads(borrow, numbers, size)
  uploads(borrow + center, numbers, opts("center", true))
  uploads(borrow, numbers, opts("borrow", true))
  uploads(0, numbers, opts("borrow", false))
  uploads(borrow, ffi.new("double[12][3]", rows), size)
  uploads(borrow, ffi.new("const double[36]", support.flat(rows)), size)
  for _, reference in ipairs({ pointer, ffi.cast("double (&)[36]", numbers), struct.values }) do
    uploads(0, reference, size)
    uploads(0, reference, opts("borrow", false))
    uploads(borrow, reference, opts("borrow", true))
  end
  uploads(center, pointer, opts("center", true))
  ctx:close()
end

function TestBorrow.test_an_array_lives_as_long_as_its_upload()
  local ctx, seen = assert(vk.new()), weak()
  assert(ctx:upload(array(seen), size))
  collect()
  luaunit.assertNotNil(seen[1])
  luaunit.assertEquals(ctx:diversity_sequence(4), support.sequence(rows, 4))

  luaunit.assertFalse(pcall(ctx.upload, ctx, { { 1, 0 / 0 } }))
  luaunit.assertFalse(pcall(ctx.upload, ctx, ffi.new("float[2]", 1, 1 / 0), { n = 2, dim = 1 }))
  collect()
  luaunit.assertNotNil(seen[1])
  luaunit.assertEquals(#ctx.borrowed.entries, 1)

  assert(ctx:upload(array(seen), size))
  collect()
  luaunit.assertNil(seen[1])
  luaunit.assertNotNil(seen[2])
  ctx:close()
  collect()
  luaunit.assertNil(seen[2])
end

-- The finaliser of a pointer may free what it refers to.
function TestBorrow.test_a_pointer_lives_as_long_as_its_upload()
  local ctx, freed = assert(vk.new()), 0
  local function pointer()
    local numbers = ffi.cast("double *", ffi.C.vkc_lua_malloc(n * dim * 8))
    ffi.copy(numbers, ffi.new("double[?]", n * dim, support.flat(rows)), n * dim * 8)
    return ffi.gc(numbers, function(address)
      freed = freed + 1
      ffi.C.vkc_lua_free(address)
    end)
  end
  assert(ctx:upload(pointer(), { n = n, dim = dim, borrow = true }))
  collect()
  luaunit.assertEquals(freed, 0)
  luaunit.assertEquals(ctx:diversity_sequence(4), support.sequence(rows, 4))
  assert(ctx:upload(rows))
  collect()
  luaunit.assertEquals(freed, 1)
  ctx:close()
end

-- After an interrupted upload, it is unknown which of two uploads the library has.
function TestBorrow.test_an_interrupted_upload_keeps_both()
  for _, when in ipairs({ "before", "after" }) do
    local ctx, seen = assert(vk.new()), weak()
    assert(ctx:upload(array(seen), size))
    local lib = with_upload(ctx, function(upload, ...)
      local _ = when == "after" and upload(...)
      error("interrupted!", 0)
    end)
    luaunit.assertFalse(pcall(ctx.upload, ctx, array(seen), size))
    ctx.lib = lib
    luaunit.assertFalse(pcall(ctx.upload, ctx, ffi.new("float[1]", 1 / 0), { n = 1, dim = 1 }))
    collect()
    luaunit.assertNotNil(seen[1])
    luaunit.assertNotNil(seen[2])
    assert(ctx:upload(rows))
    collect()
    luaunit.assertNil(seen[1])
    luaunit.assertNil(seen[2])
    luaunit.assertEquals(ctx:diversity_sequence(4), support.sequence(rows, 4))
    ctx:close()
  end
end

-- The collector may run the finaliser of the context after those of what it refers to.
function TestBorrow.test_a_collected_context_is_destroyed_before_its_array()
  local lib, seen, destroyed = assert(library.load()), weak(), 0
  local watching = setmetatable({
    vkc_lua_destroy = function(handle)
      destroyed = destroyed + (seen[1] ~= nil and 1 or 0)
      lib.vkc_lua_destroy(handle)
    end,
  }, { __index = function(_, name) return lib[name] end })
  local function use()
    local ctx = Context.wrap(watching, lib.vkc_lua_init())
    assert(ctx:upload(array(seen), size))
  end
  use()
  collect()
  luaunit.assertEquals(destroyed, 1)
  collect()
  luaunit.assertNil(seen[1])
end

-- The buffers of tables are large, and the collector does not know their size.
function TestBorrow.test_buffers_of_tables_are_freed_at_once()
  local release, live = memory.release, 0
  local allocated = memory.allocated
  memory.allocated = function(...)
    live = live + 1
    return allocated(...)
  end
  memory.release = function(buffer)
    live = live - 1
    release(buffer)
  end
  local ctx = assert(vk.new({ memory_limit = "64M" }))
  for _ = 1, 3 do
    assert(ctx:upload(rows))
    luaunit.assertEquals(live, 1)
  end
  local row, too_much = {}, {}
  for j = 1, 2 ^ 15 do
    row[j] = j
  end
  for i = 1, 1000 do
    too_much[i] = row
  end
  support.assert_failed("memory", ctx:upload(too_much, { type = "float32" }))
  luaunit.assertEquals(live, 1)
  luaunit.assertEquals(ctx:diversity_sequence(4), support.sequence(rows, 4))
  assert(ctx:upload(ffi.new("float[3]", 1, 2, 3), { n = 3, dim = 1 }))
  luaunit.assertEquals(live, 0)
  assert(ctx:upload(rows))
  ctx:close()
  memory.release, memory.allocated = release, allocated
  luaunit.assertEquals(live, 0)
end

support.finish()
