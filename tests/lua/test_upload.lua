-- SPDX-License-Identifier: MIT
-- The same embeddings give the same results in every accepted form.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local vk = require("vk_compute")

local n, dim = 30, 7
local rows = support.rows(n, dim)
local flat = support.flat(rows)

local ctx = assert(vk.new())

local function results(embeddings, opts)
  assert(ctx:upload_embeddings(embeddings, opts))
  luaunit.assertEquals({ ctx:size() }, { n, dim })
  return { ctx:compute_similarity_matrix(), ctx:diversity_sequence(5) }
end

local expected = results(rows)

TestUpload = {}

function TestUpload.test_nested_and_flat_tables()
  luaunit.assertEquals(expected[2], support.sequence(rows, 5))
  luaunit.assertEquals(results(rows, { n = n, dim = dim }), expected)
  luaunit.assertEquals(results(flat, { dim = dim }), expected)
  luaunit.assertEquals(results(flat, { dim = dim, n = n }), expected)
  luaunit.assertEquals(results(flat, { dim = dim, type = "float32" }), expected)
end

function TestUpload.test_tables_as_doubles()
  luaunit.assertEquals(results(rows, { type = "float64" }), expected)
  luaunit.assertEquals(results(flat, { dim = dim, type = "float64" }), expected)
end

function TestUpload.test_tables_are_doubles_by_default()
  -- As floats, the first two rows are equal.
  local close = { { 1, 1 }, { 1, 1 + 2 ^ -25 }, { -1, 1 } }
  assert(ctx:upload(close, { type = "float32" }))
  luaunit.assertEquals((ctx:nearest_neighbors(2))[3], { 1, 2 })
  for _, opts in ipairs({ {}, { type = "float64" } }) do
    assert(ctx:upload(close, opts))
    luaunit.assertEquals((ctx:nearest_neighbors(2))[3], { 2, 1 })
    opts.dim = 2
    assert(ctx:upload(support.flat(close), opts))
    luaunit.assertEquals((ctx:nearest_neighbors(2))[3], { 2, 1 })
  end
end

-- The rows of a table keep the cosines of their directions, whatever their lengths.
function TestUpload.test_numbers_of_any_size()
  for _, size in ipairs({ 1e-300, 1e-160, 1e-50, 1e-46, 1e-44, 1e-40, 1e30, 1e160, 1e300 }) do
    local scaled = { { 1.37 * size, 2.71 * size }, { 1.37, 2.71 }, { -2.71 * size, 1.37 * size } }
    assert(ctx:upload(scaled))
    local view = ctx:similarity()
    luaunit.assertEquals(view:get(1, 2), 1, size)
    luaunit.assertAlmostEquals(view:get(1, 3), 0, 1e-8)
  end
end

-- A number that is small beside a larger one, or that is a float already, loses nothing
-- significant.
function TestUpload.test_small_numbers_as_floats()
  local small = { { 1, 1e-50 }, { 2 ^ -126, 1e-50 }, { 2 ^ -149, 3 * 2 ^ -149 }, { 0, 0 } }
  assert(ctx:upload(small, { type = "float32" }))
  local view = ctx:similarity()
  luaunit.assertEquals(view:get(1, 2), 1)
  luaunit.assertAlmostEquals(view:get(1, 3), 1 / math.sqrt(10), 1e-8)
  luaunit.assertEquals(view:get(4, 4), 0)
end

function TestUpload.test_arrays()
  local size = { n = n, dim = dim }
  luaunit.assertEquals(results(ffi.new("float[?]", n * dim, flat), size), expected)
  luaunit.assertEquals(results(ffi.new("double[?]", n * dim, flat), size), expected)
  luaunit.assertEquals(results(ffi.new("float[210]", flat), size), expected)
  luaunit.assertEquals(results(ffi.new("const double[210]", flat), size), expected)
  luaunit.assertEquals(results(ffi.new("float[30][7]", rows), size), expected)
  local struct = ffi.new("struct { int before; float values[210]; }")
  ffi.copy(struct.values, ffi.new("float[210]", flat), 840)
  luaunit.assertEquals(results(struct.values, size), expected)
  luaunit.assertEquals(results(ffi.new("float[?]", n * dim + 3, flat), size), expected)
  local open_end = ffi.new("struct { int count; float values[?]; }", n * dim)
  ffi.copy(open_end.values, struct.values, 840)
  luaunit.assertEquals(results(open_end.values, size), expected)
end

function TestUpload.test_pointers()
  local size = { n = n, dim = dim }
  for _, kind in ipairs({ "float", "double" }) do
    local array = ffi.new(kind .. "[?]", n * dim, flat)
    for _, pointer in ipairs({ " *", " const *", "(*)[7]" }) do
      luaunit.assertEquals(results(ffi.cast(kind .. pointer, array), size), expected)
    end
  end
end

function TestUpload.test_stride()
  for kind, size in pairs({ float = 4, double = 8 }) do
    local array = ffi.new(kind .. "[?]", n * 10)
    for i = 0, n - 1 do
      for j = 0, 9 do
        array[i * 10 + j] = j < dim and rows[i + 1][j + 1] or 0 / 0
      end
    end
    -- The padding after the last row may be missing.
    local exact = ffi.new(kind .. "[?]", (n - 1) * 10 + dim)
    ffi.copy(exact, array, ffi.sizeof(exact))
    luaunit.assertEquals(results(exact, { n = n, dim = dim, stride = 10 * size }), expected)
  end
end

function TestUpload.test_half_floats()
  -- 1, -2, 0.5; 0, the smallest, the largest
  local halves = ffi.new("uint16_t[6]", 0x3c00, 0xc000, 0x3800, 0, 1, 0x7bff)
  assert(ctx:upload(halves, { n = 2, dim = 3, type = "float16" }))
  local matrix = ctx:compute_similarity_matrix()
  assert(ctx:upload({ { 1, -2, 0.5 }, { 0, 2 ^ -24, 65504 } }))
  luaunit.assertEquals(matrix, ctx:compute_similarity_matrix())
end

function TestUpload.test_center()
  assert(ctx:upload({ { 3, 1 }, { 1, 3 }, { 2, 2 } }, { center = true }))
  local view = ctx:similarity()
  luaunit.assertEquals(view:get(1, 2), -1)
  luaunit.assertEquals(view:get(3, 3), 0)
  assert(ctx:upload({ { 3, 1 }, { 1, 3 }, { 2, 2 } }, { center = false }))
  luaunit.assertEquals(ctx:similarity():get(3, 3), 1)
end

function TestUpload.test_large_and_small_numbers()
  assert(ctx:upload({ { 3.4028234663852886e38, 0 }, { -1e-45, 0 }, { 1e30, 1e30 } }))
  luaunit.assertEquals(ctx:similarity():get(1, 2), -1)
  assert(ctx:upload({ { 1e300, 0 }, { -1e100, 0 }, { 1e200, 1e200 } }, { type = "float64" }))
  luaunit.assertEquals(ctx:similarity():get(1, 2), -1)
end

function TestUpload.test_rows_may_carry_other_fields()
  local decorated = {}
  for i, row in ipairs(rows) do
    decorated[i] = { title = "row " .. i, unpack(row) }
  end
  decorated.source = "a file"
  luaunit.assertEquals(results(decorated), expected)
end

function TestUpload.test_what_was_passed_may_be_changed_afterwards()
  local size, copied = { n = n, dim = dim }, { n = n, dim = dim, borrow = false }
  local array = ffi.new("float[?]", n * dim)
  local struct = ffi.new("struct { float values[210]; }")
  for _, case in ipairs({ { array, copied }, { ffi.cast("float *", array), size },
    { ffi.cast("float *", array), copied }, { struct.values, size } }) do
    ffi.copy(case[1], ffi.new("float[210]", flat), 840)
    assert(ctx:upload(case[1], case[2]))
    ffi.fill(case[1], 840)
    luaunit.assertEquals({ ctx:compute_similarity_matrix(), ctx:diversity_sequence(5) }, expected)
  end
  local row = { 1, 0 }
  assert(ctx:upload({ row, { 0, 1 }, { -1, 0.5 } }))
  row[1] = -1
  luaunit.assertEquals(ctx:diversity_sequence(1), { 1, 3, 2 })
end

function TestUpload.test_an_upload_that_failed_leaves_the_one_before()
  local names = {}
  for i = 1, n do
    names[i] = "item " .. i
  end
  assert(ctx:upload(rows, { ids = names }))
  local before = ctx:diversity_sequence("item 5")
  for _, bad in ipairs({ { { 1, 0 / 0 } }, { { 1 }, {} }, { { 1 }, { "x" } } }) do
    luaunit.assertFalse(pcall(ctx.upload, ctx, bad))
  end
  luaunit.assertFalse(pcall(ctx.upload, ctx, ffi.new("float[2]", 1, 1 / 0), { n = 2, dim = 1 }))
  luaunit.assertFalse(pcall(ctx.upload, ctx, { { 1 }, { 2 } }, { ids = { "a", "a" } }))
  luaunit.assertEquals({ ctx:size() }, { n, dim })
  luaunit.assertEquals(ctx:diversity_sequence("item 5"), before)
  luaunit.assertEquals(ctx:compute_similarity_matrix(), expected[1])
end

support.finish()
