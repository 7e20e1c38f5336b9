-- SPDX-License-Identifier: MIT
-- Embeddings and options that an upload rejects, with the message that it raises.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local vk = require("vk_compute")

local nan, inf = 0 / 0, 1 / 0

local function upload_fails(position, text, embeddings, opts)
  local expected = ("bad argument #%d to 'upload_embeddings' (%s)"):format(position, text)
  support.assert_misuse(expected, function() vk.upload_embeddings(embeddings, opts) end)
end

TestBadUploads = {}

assert(vk.init())

function TestBadUploads.setUp()
  assert(vk.upload_embeddings({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
end

-- After any rejected upload, the previous one is still there.
function TestBadUploads.tearDown()
  luaunit.assertEquals(vk.compute_diversity_sequence(1), { 1, 2, 3 })
end

function TestBadUploads.test_embeddings_of_a_wrong_type()
  local kinds = { ["false"] = false, ["12"] = 12, ['"text"'] = "text", ["a function"] = print,
    ["a userdata"] = io.stdout, ["a thread"] = coroutine.create(print) }
  for shown, value in pairs(kinds) do
    upload_fails(1, ("embeddings is %s, expected a table or cdata of numbers"):format(shown), value)
  end
  upload_fails(1, "embeddings is nil, expected a table or cdata of numbers", nil)
end

function TestBadUploads.test_nested_tables()
  local far = {}
  for i = 1, 20 do
    far[i] = { 1, 2, 3, 4 }
  end
  far[17][3] = nan
  upload_fails(1, "embeddings[17][3] is nan", far)
  far[17][3] = -nan
  upload_fails(1, "embeddings[17][3] is nan", far)
  far[17][3] = inf
  upload_fails(1, "embeddings[17][3] is inf", far)
  far[17][3] = -inf
  upload_fails(1, "embeddings[17][3] is -inf", far)
  far[17][3] = "0.5"
  upload_fails(1, 'embeddings[17][3] is "0.5", expected a number', far)
  far[17][3] = nil
  upload_fails(1, "embeddings[17][3] is nil, expected a number", far)
  far[17][3] = {}
  upload_fails(1, "embeddings[17][3] is a table, expected a number", far)
  far[17][3] = true
  upload_fails(1, "embeddings[17][3] is true, expected a number", far)
  far[17][3] = 5LL
  upload_fails(1, "embeddings[17][3] is a cdata, expected a number", far)
  far[17][3] = -1e39
  upload_fails(1, "embeddings[17][3] is -1e+39, which is too large for a 32-bit float; "
    .. 'opts.type = "float64" keeps it', far, { type = "float32" })
  far[17][3] = 3.4028235677973366e38 -- the first number that float32 rounds to infinity
  upload_fails(1, "embeddings[17][3] is 3.4028235677973e+38, which is too large for a 32-bit "
    .. 'float; opts.type = "float64" keeps it', far, { type = "float32" })
  far[17][3] = inf
  upload_fails(1, "embeddings[17][3] is inf", far, { type = "float64" })
  far[17][3] = 3
  far[17][4] = nil
  upload_fails(1, "embeddings[17] has 3 numbers, expected 4 as in embeddings[1]", far)
  far[17][4], far[17][6] = 4, 6
  upload_fails(1, "embeddings[17] has 6 numbers, expected 4 as in embeddings[1]", far)
  far[17] = { 1, 2, 3, 4, [1000] = 5 } -- its length # may be 4
  upload_fails(1, "embeddings[17] has 1000 numbers, expected 4 as in embeddings[1]", far)
  far[17] = "row"
  upload_fails(1, 'embeddings[17] is "row", expected a table of numbers', far)
  far[17] = 17
  upload_fails(1, "embeddings[17] is 17, expected a table of numbers", far)
  far[17] = {}
  upload_fails(1, "embeddings[17] is empty", far)
  far[17] = nil
  upload_fails(1, "embeddings[17] is nil, expected a table of numbers", far)
end

-- A row that rounding to floats would turn or lose.
function TestBadUploads.test_rows_too_small_for_floats()
  local floats = { type = "float32" }
  upload_fails(1, "embeddings[2][2] is 2.71e-40, and no number of its row is large enough for the "
    .. 'precision of a 32-bit float (1.2e-38 is); opts.type = "float64" keeps them',
    { { 1, 1 }, { 0, 2.71e-40 } }, floats)
  upload_fails(1, "embeddings[2] (row 1, column 2) is 1e-300, and no number of its row is large "
    .. 'enough for the precision of a 32-bit float (1.2e-38 is); opts.type = "float64" keeps them',
    { -2 ^ -127, 1e-300, 1, 1 }, { dim = 2, type = "float32" })
end

function TestBadUploads.test_empty_tables_and_holes()
  upload_fails(1, "embeddings is empty", {})
  upload_fails(1, "embeddings[1] is empty", { {} })
  upload_fails(1, "embeddings[1] is nil, expected a table of numbers", { [2] = { 1 } })
  upload_fails(1, "embeddings[1] is nil, expected a table of numbers", { [1e9] = { 1 } })
  upload_fails(1, "embeddings[1][2] is nil, expected a number", { { 1, nil, 3 }, { 1, 2, 3 } })
  upload_fails(1, "embeddings[0] is there, but rows count from 1", { [0] = { 1 }, { 1 } })
  upload_fails(1, "embeddings has an element at 2.5, expected 1, 2, 3, ...",
    { { 1 }, [2.5] = { 1 } })
  upload_fails(1, "embeddings[1] has an element at 1.5, expected 1, 2, 3, ...",
    { { 1, [1.5] = 1 } })
  upload_fails(1, "embeddings has no rows: embeddings[1] is nil", { rows = { { 1 } } })
end

function TestBadUploads.test_flat_tables()
  upload_fails(2, "opts.dim is missing: embeddings is a flat table, which does not say how many "
    .. "numbers make a row", { 1, 2, 3, 4 })
  upload_fails(2, "opts.dim is missing: embeddings is a flat table, which does not say how many "
    .. "numbers make a row", { 1, 2, 3, 4 }, { n = 2 })
  upload_fails(1, "embeddings has 4 numbers, which do not make whole rows of 3", { 1, 2, 3, 4 },
    { dim = 3 })
  upload_fails(2, "opts.n is 3, but embeddings has 2 rows of 2", { 1, 2, 3, 4 }, { dim = 2, n = 3 })
  upload_fails(1, "embeddings[3] (row 2, column 1) is nan", { 1, 2, nan, 4 }, { dim = 2 })
  upload_fails(1, "embeddings[4] (row 2, column 2) is a table, expected a number", { 1, 2, 3, {} },
    { dim = 2 })
  upload_fails(1, "embeddings[2] (row 1, column 2) is nil, expected a number", { 1, nil, 3, 4 },
    { dim = 2 })
  upload_fails(1, "embeddings[4] (row 2, column 2) is nil, expected a number",
    { 1, 2, 3, [1e12] = 4 }, { dim = 2 })
end

function TestBadUploads.test_wrong_options_of_a_table()
  local rows = { { 1, 2 }, { 3, 4 } }
  upload_fails(2, "opts is 3, expected a table", rows, 3)
  upload_fails(2, "opts.cetner is not an option; valid options: dim, n, ids, center, type, "
    .. "stride, borrow",
    rows, { cetner = true })
  upload_fails(2, "opts[1] is not an option; valid options: dim, n, ids, center, type, "
    .. "stride, borrow",
    rows, { 2 })
  upload_fails(2, "opts.n is 3, but embeddings has 2 rows", rows, { n = 3 })
  upload_fails(1, "embeddings[1] has 2 numbers, expected 3 as opts.dim says", rows, { dim = 3 })
  upload_fails(2, "opts.dim is 2.5, expected a whole number from 1 to 4294967295", rows,
    { dim = 2.5 })
  upload_fails(2, 'opts.dim is "2", expected a whole number from 1 to 4294967295', rows,
    { dim = "2" })
  upload_fails(2, "opts.n is 0, expected a whole number from 1 to 4294967295", rows, { n = 0 })
  upload_fails(2, "opts.n is nan, expected a whole number from 1 to 4294967295", rows, { n = nan })
  upload_fails(2, "opts.n is inf, expected a whole number from 1 to 4294967295", rows, { n = inf })
  upload_fails(2, "opts.center is 1, expected a boolean", rows, { center = 1 })
  upload_fails(2, "opts.stride is for cdata; a table has none", rows, { stride = 8 })
  upload_fails(2, "opts.borrow is for cdata; a table is always converted", rows, { borrow = true })
  upload_fails(2, 'opts.type is "float16", expected "float32" or "float64" for a table', rows,
    { type = "float16" })
  upload_fails(2, 'opts.type is false, expected "float32" or "float64" for a table', rows,
    { type = false })
end

function TestBadUploads.test_ids()
  local rows = { { 1 }, { 2 }, { 3 } }
  upload_fails(2, "opts.ids is 3, expected a table", rows, { ids = 3 })
  upload_fails(2, "opts.ids has 2 ids, expected 3, one per row", rows, { ids = { 1, 2 } })
  upload_fails(2, "opts.ids has 4 ids, expected 3, one per row", rows, { ids = { 1, 2, 3, 4 } })
  upload_fails(2, "opts.ids[2] is nil", rows, { ids = { 1, nil, 3 } })
  upload_fails(2, "opts.ids[2] is nan", rows, { ids = { 1, nan, 3 } })
  upload_fails(2, 'opts.ids[3] is "a", the same as opts.ids[1]', rows, { ids = { "a", "b", "a" } })
end

function TestBadUploads.test_cdata()
  local floats = ffi.new("float[6]", 1, 2, 3, 4, 5, 6)
  upload_fails(2, "opts.n is missing: embeddings is cdata, which does not say how many rows there "
    .. "are", floats)
  upload_fails(2, "opts.dim is missing: embeddings is cdata, which does not say how many numbers "
    .. "in a row there are", floats, { n = 3 })
  upload_fails(1, "embeddings holds 24 bytes, but 4 rows of 2 numbers take 32", floats,
    { n = 4, dim = 2 })
  upload_fails(1, "embeddings holds 24 bytes, but 3 rows of 2 numbers take 32", floats,
    { n = 3, dim = 2, stride = 12 })
  upload_fails(2, "opts.stride is 7, expected a whole number from 8 to 9007199254740992", floats,
    { n = 3, dim = 2, stride = 7 })
  upload_fails(2, "opts.stride is 10, expected a multiple of the 4 bytes of a number", floats,
    { n = 3, dim = 2, stride = 10 })
  upload_fails(2, "opts.borrow is 1, expected a boolean", floats, { n = 3, dim = 2, borrow = 1 })
  upload_fails(2, 'opts.type is "float64", but embeddings holds "float32"', floats,
    { n = 3, dim = 2, type = "float64" })
  upload_fails(1, "embeddings is a NULL pointer", ffi.cast("float *", nil), { n = 1, dim = 1 })
  upload_fails(1, "embeddings holds 16-bit integers; if they are half floats, say opts.type = "
    .. '"float16"', ffi.new("uint16_t[4]"), { n = 2, dim = 2 })
  for kind, shown in pairs({ ["int[4]"] = "int [4]", ["char[4]"] = "char [4]",
    ["void *"] = "void *", ["float *[2]"] = "float *[2]", ["float **"] = "float **",
    int64_t = "int64_t" }) do
    upload_fails(1, ("embeddings is a '%s', expected floats or doubles: a pointer to them or an "
      .. "array"):format(shown), ffi.new(kind), { n = 2, dim = 2 })
  end
end

function TestBadUploads.test_cdata_that_is_not_finite()
  for _, kind in ipairs({ "float", "double" }) do
    local values = ffi.new(kind .. "[12]")
    values[7] = nan
    upload_fails(1, "embeddings is nan at row 3, column 2", values, { n = 4, dim = 3 })
    values[7] = -inf
    upload_fails(1, "embeddings is -inf at row 3, column 2", values, { n = 4, dim = 3 })
    upload_fails(1, "embeddings is -inf at row 2, column 2", values + 0,
      { n = 2, dim = 2, stride = 6 * ffi.sizeof(kind) })
  end
  local halves = ffi.new("uint16_t[4]", 0, 0, 0xfc00, 0)
  upload_fails(1, "embeddings is -inf at row 2, column 1", halves,
    { n = 2, dim = 2, type = "float16" })
  halves[2] = 0x7c01
  upload_fails(1, "embeddings is nan at row 2, column 1", halves,
    { n = 2, dim = 2, type = "float16" })
end

support.finish()
