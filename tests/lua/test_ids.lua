-- SPDX-License-Identifier: MIT
-- Ids that are C data: numbers are compared by value, all else is rejected.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local vk = require("vk_compute")

local ctx = assert(vk.new())
local rows = { { 1, 0 }, { 0, 1 }, { 1, 1 } }

ffi.cdef([[
  enum vkc_test_color { VKC_TEST_RED, VKC_TEST_BLUE = 7 };
  struct vkc_test_id { int number; };
]])

local function upload(ids)
  assert(ctx:upload(rows, { ids = ids }))
end

local function upload_fails(text, ids)
  support.assert_misuse(("bad argument #2 to 'upload' (%s)"):format(text), function()
    ctx:upload(rows, { ids = ids })
  end)
end

-- Every number type of C, as a new object at each call.
local kinds = { "int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t",
  "uint64_t", "size_t", "intptr_t", "char", "float", "double", "const int64_t", "const int",
  "enum vkc_test_color" }

TestIds = {}

function TestIds.test_numbers_of_every_type_are_found_by_value()
  for _, kind in ipairs(kinds) do
    upload({ ffi.new(kind, 7), "b", ffi.new(kind, 9) })
    for _, id in ipairs({ ffi.new(kind, 7), 7, 7LL, 7ULL }) do
      luaunit.assertTrue(support.same(ctx:diversity_sequence(id), ctx:diversity_sequence(7)))
      luaunit.assertEquals(ctx:similarity():get(id, "b"), 0)
      luaunit.assertEquals(ctx:similarity():row("b"):get(id), 0)
      luaunit.assertEquals(#ctx:diversity_sequence(9, { prefix = { 9LL, id } }), 3)
      luaunit.assertEquals(#ctx:nearest_neighbors(1)[id], 1)
    end
  end
end

function TestIds.test_equal_ids_are_refused()
  for _, kind in ipairs(kinds) do
    local shown = kind:find("64") and "7LL" or "7"
    shown = (kind == "uint64_t" or kind == "size_t") and "7ULL" or shown
    shown = kind == "intptr_t" and "7LL" or shown
    upload_fails(("opts.ids[3] is %s, the same as opts.ids[1]"):format(shown),
      { ffi.new(kind, 7), 8, ffi.new(kind, 7) })
    upload_fails("opts.ids[2] is 7, the same as opts.ids[1]", { ffi.new(kind, 7), 7, 8 })
    upload_fails(("opts.ids[2] is %s, the same as opts.ids[1]"):format(shown),
      { 7, ffi.new(kind, 7), 8 })
  end
end

-- Integers that doubles cannot represent, and negative numbers that C converts to large ones.
function TestIds.test_the_largest_integers()
  local ids = { 9007199254740993ULL, 9007199254740992, 18446744073709551615ULL }
  upload(ids)
  luaunit.assertTrue(support.same(ctx:diversity_sequence(9007199254740993LL),
    { ids[1], ids[2], ids[3] }))
  luaunit.assertTrue(rawequal(ctx:diversity_sequence(9007199254740992LL)[1], ids[2]))
  luaunit.assertTrue(rawequal(ctx:diversity_sequence(18446744073709551615ULL)[1], ids[3]))
  for shown, id in pairs({ ["-1LL"] = -1LL, ["9007199254740994ULL"] = 9007199254740994ULL,
    ["18446744073709551614ULL"] = 18446744073709551614ULL, ["-1"] = -1,
    ["1.844674407371e+19"] = 2 ^ 64, ['"9007199254740993"'] = "9007199254740993" }) do
    support.assert_misuse(("bad argument #1 to 'diversity_sequence' (start is %s, which is not "
      .. "among opts.ids of the upload)"):format(shown), function() ctx:diversity_sequence(id) end)
  end
  upload_fails("opts.ids[3] is -9223372036854775808LL, the same as opts.ids[1]",
    { -2 ^ 63, 9223372036854775807LL, -9223372036854775807LL - 1 })
  upload_fails("opts.ids[2] is 9223372036854775807ULL, the same as opts.ids[1]",
    { 9223372036854775807LL, 9223372036854775807ULL, 2 ^ 63 })
end

-- The ids come back unchanged.
function TestIds.test_results()
  local ids = { 5LL, "5", 2LL ^ 60 + 1 }
  upload(ids)
  local near, how_near = ctx:nearest_neighbors(2)
  for _, found in ipairs({ near, how_near }) do
    local count = 0
    for id, list in pairs(found) do
      luaunit.assertTrue(rawequal(id, ids[1]) or rawequal(id, ids[2]) or rawequal(id, ids[3]))
      luaunit.assertEquals(#list, 2)
      count = count + 1
    end
    luaunit.assertEquals(count, 3)
    for _, id in ipairs({ 5, 5LL, 5ULL, ids[1] }) do
      luaunit.assertTrue(rawequal(found[id], rawget(found, ids[1])))
    end
    luaunit.assertEquals(#found[1152921504606846977ULL], 2)
    for _, id in ipairs({ 6, 6LL, "x", -5LL, false, 0 / 0, ffi.new("struct vkc_test_id") }) do
      luaunit.assertNil(found[id])
    end
  end
  luaunit.assertTrue(support.same(near["5"], { ids[3], ids[1] }))
  luaunit.assertNil(ctx:nearest_neighbors(1, { first = 2 })[5LL]) -- a row that was not requested

  local order = {}
  for start, sequence in ctx:diversity_sequences({ 5ULL, "5", 1152921504606846977LL }) do
    luaunit.assertTrue(rawequal(start, sequence[1]))
    order[#order + 1] = start
  end
  luaunit.assertTrue(support.same(order, ids))
end

function TestIds.test_messages_show_values()
  upload({ 5LL, 6LL, 7LL })
  local function fails(position, name, text, call)
    support.assert_misuse(("bad argument #%d to '%s' (%s)"):format(position, name, text), call)
  end
  fails(2, "diversity_sequence", "opts.prefix[1] is 6LL, expected the start, 5ULL",
    function() ctx:diversity_sequence(5ULL, { prefix = { 6LL } }) end)
  fails(2, "diversity_sequence", "opts.prefix[3] is 5ULL, the same as opts.prefix[1]",
    function() ctx:diversity_sequence(5, { prefix = { 5, 6, 5ULL } }) end)
  fails(1, "get", "i is 5LL, which is not among the rows of this view: 2 to 3",
    function() ctx:similarity_rows(2):get(5LL, 6) end)
  fails(1, "diversity_sequences", "starts[2] is 8LL, which is not among opts.ids of the upload",
    function() ctx:diversity_sequences({ 5, 8LL }) end)
end

-- Objects that are equal only by what they point to or contain could not be found again.
function TestIds.test_other_c_data()
  local raising = ffi.metatype("struct vkc_test_id", {
    __eq = function() error("compared") end,
    __tostring = function() error("shown") end,
  })
  for shown, id in pairs({ ["struct vkc_test_id"] = raising(), ["struct vkc_test_id *"] =
    ffi.cast("struct vkc_test_id *", 8), ["void *"] = ffi.cast("void *", nil), ["int [2]"] =
    ffi.new("int[2]"), bool = ffi.new("bool", true), complex = ffi.new("complex", 1, 2),
    ["ctype<int>"] = ffi.typeof("int"), ["ctype<struct vkc_test_id>"] = raising }) do
    upload_fails(("opts.ids[2] is a '%s', expected a number, a string or another value of Lua")
      :format(shown), { 1, id, 3 })
    upload({ 1, 2LL, 3 })
    support.assert_misuse(("bad argument #1 to 'diversity_sequence' (start is a '%s', which is not "
      .. "among opts.ids of the upload)"):format(shown), function() ctx:diversity_sequence(id) end)
  end
  upload_fails("opts.ids[1] is nan, expected a number, a string or another value of Lua",
    { ffi.new("double", 0 / 0), 2, 3 })
end

-- Tables and functions are compared like keys: __eq is not called.
function TestIds.test_tables()
  local alike = { __eq = function() return true end, __tostring = function() error("shown") end }
  local ids = { setmetatable({}, alike), setmetatable({}, alike), print }
  upload(ids)
  luaunit.assertTrue(support.same({ ctx:diversity_sequence(ids[2])[1] }, { ids[2] }))
  support.assert_misuse("bad argument #2 to 'diversity_sequence' (opts.prefix[1] is a table, "
    .. "expected the start, a table)", function()
    ctx:diversity_sequence(ids[2], { prefix = { ids[1] } })
  end)
  upload_fails("opts.ids[3] is a table, the same as opts.ids[2]", { ids[1], ids[2], ids[2] })
end

support.finish()
