-- SPDX-License-Identifier: MIT
-- Values that are not what they appear to be: C types and functions, NULL pointers, which equal
-- nil, structs whose metamethods raise, tables whose elements are elsewhere.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local vk = require("vk_compute")

local misuse = support.assert_misuse
local null = ffi.cast("void *", nil)

ffi.cdef("struct vkc_test_raising { int unused; };")
local raising = ffi.metatype("struct vkc_test_raising", {
  __eq = function() error("compared") end,
  __tostring = function() error("shown") end,
  __index = function() error("indexed") end,
  __len = function() error("measured") end,
  __lt = function() error("ordered") end,
  __mod = function() error("divided") end,
})

local ctx = assert(vk.new())

TestLookalikes = {}

function TestLookalikes.setUp()
  assert(ctx:upload({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
end

function TestLookalikes.tearDown()
  luaunit.assertEquals(ctx:diversity_sequence(1), { 1, 2, 3 })
end

-- A type is cdata, and casting one gives an invalid pointer.
function TestLookalikes.test_types_and_functions_for_arrays()
  local size = { n = 1, dim = 2 }
  for kind, shown in pairs({ ["float *"] = "ctype<float *>", ["double[2]"] = "ctype<double [2]>",
    ["struct vkc_test_raising"] = "ctype<struct vkc_test_raising>", int = "ctype<int>" }) do
    misuse(("bad argument #1 to 'upload' (embeddings is a '%s', expected floats or doubles: a "
      .. "pointer to them or an array)"):format(shown), function()
      ctx:upload(ffi.typeof(kind), size)
    end)
  end
  for kind, shown in pairs({ ["float (*)()"] = "float (*)()", ["double (*)(int)"] =
    "double (*)()" }) do
    misuse(("bad argument #1 to 'upload' (embeddings is a '%s', expected floats or doubles: a "
      .. "pointer to them or an array)"):format(shown), function()
      ctx:upload(ffi.cast(kind, ffi.new("float[4]")), size)
    end)
  end
  misuse("bad argument #1 to 'upload' (embeddings is a 'struct vkc_test_raising', expected floats "
    .. "or doubles: a pointer to them or an array)", function() ctx:upload(raising(), size) end)
end

function TestLookalikes.test_buffers()
  for shown, buffer in pairs({ ["ctype<float *>"] = ffi.typeof("float *"), ["ctype<float [9]>"] =
    ffi.typeof("float[9]"), ["float (*)()"] = ffi.cast("float (*)()", null), ["const float [9]"] =
    ffi.new("const float[9]"), ["struct vkc_test_raising"] = raising(), ["void *"] = null }) do
    misuse(("bad argument #1 to 'similarity' (opts.buffer is %s, expected a float * or an array of "
      .. "floats)"):format(shown), function() ctx:similarity({ buffer = buffer }) end)
  end
  local struct = ffi.new("struct { float before; float values[9]; float after; }")
  assert(ctx:similarity({ buffer = struct.values }))
  luaunit.assertEquals({ struct.before, struct.values[0], struct.values[8], struct.after },
    { 0, 1, 1, 0 })
  misuse("bad argument #1 to 'similarity' (opts.buffer holds 32 bytes, but the result takes 36)",
    function() ctx:similarity({ buffer = ffi.new("struct { float values[8]; }").values }) end)
end

-- Tries them in every argument and option. Each message must come from the module, at the line of
-- the caller.
function TestLookalikes.test_null_and_raising_structs_everywhere()
  local floats = ffi.new("float[12]", 1)
  for _, strange in ipairs({ null, raising(), 1LL, ffi.new("bool", true), ffi.typeof("int") }) do
    local function fails(position, name, what, call)
      support.wrong_use()
      local ok, message = pcall(call)
      luaunit.assertFalse(ok, name .. ", " .. what)
      luaunit.assertStrMatches(message, "[^\n]*test_lookalikes%.lua:%d+: bad argument #" .. position
        .. " to '" .. name .. "' %(" .. what:gsub("[%[%]]", "%%%0") .. " is a cdata, expected .*")
    end
    fails(1, "diversity_sequence", "start", function() ctx:diversity_sequence(strange) end)
    fails(2, "diversity_sequence", "opts", function() ctx:diversity_sequence(1, strange) end)
    fails(1, "diversity_sequences", "starts", function() ctx:diversity_sequences(strange) end)
    fails(1, "diversity_sequences", "starts[2]", function()
      ctx:diversity_sequences({ 1, strange })
    end)
    fails(2, "diversity_sequences", "opts", function() ctx:diversity_sequences({ 1 }, strange) end)
    fails(1, "nearest_neighbors", "k", function() ctx:nearest_neighbors(strange) end)
    fails(2, "nearest_neighbors", "opts", function() ctx:nearest_neighbors(1, strange) end)
    fails(1, "similarity", "opts", function() ctx:similarity(strange) end)
    fails(1, "similarity_rows", "first", function() ctx:similarity_rows(strange) end)
    fails(2, "similarity_rows", "count", function() ctx:similarity_rows(1, strange) end)
    fails(3, "similarity_rows", "opts", function() ctx:similarity_rows(1, 1, strange) end)
    fails(1, "get", "i", function() ctx:similarity():get(strange, 1) end)
    fails(2, "get", "j", function() ctx:similarity():get(1, strange) end)
    fails(1, "row", "i", function() ctx:similarity():row(strange) end)
    fails(2, "upload", "opts", function() ctx:upload({ { 1 } }, strange) end)
    fails(1, "upload", "embeddings[1]", function() ctx:upload({ strange }) end)
    fails(1, "upload", "embeddings[1][2]", function() ctx:upload({ { 1, strange } }) end)
    fails(1, "init", "opts", function() vk.init(strange) end)
    fails(1, "devices", "opts", function() vk.devices(strange) end)
    for _, key in ipairs({ "length", "prefix" }) do
      fails(2, "diversity_sequence", "opts." .. key, function()
        ctx:diversity_sequence(1, { [key] = strange })
      end)
    end
    for _, key in ipairs({ "length", "batch" }) do
      fails(2, "diversity_sequences", "opts." .. key, function()
        ctx:diversity_sequences(nil, { [key] = strange })
      end)
    end
    for _, key in ipairs({ "first", "count", "batch" }) do
      fails(2, "nearest_neighbors", "opts." .. key, function()
        ctx:nearest_neighbors(1, { [key] = strange })
      end)
    end
    for _, key in ipairs({ "n", "dim", "ids", "center", "type" }) do
      fails(2, "upload", "opts." .. key, function() ctx:upload({ { 1 } }, { [key] = strange }) end)
    end
    for _, key in ipairs({ "n", "dim", "stride", "center" }) do
      local opts = { n = 2, dim = 2, [key] = strange }
      fails(2, "upload", "opts." .. key, function() ctx:upload(floats, opts) end)
    end
    for _, key in ipairs({ "device", "memory_limit", "validation", "tuning", "library" }) do
      fails(1, "new", "opts." .. key, function() vk.new({ [key] = strange }) end)
    end
    misuse("bad argument #1 to 'similarity' (opts[a cdata] is not an option; valid options: "
      .. "buffer)",
      function() ctx:similarity({ [strange] = 1 }) end)
    misuse("bad argument #2 to 'upload' (opts.stride is for cdata; a table has none)",
      function() ctx:upload({ { 1 } }, { stride = strange }) end)
  end
end

function TestLookalikes.test_tables_that_cannot_be_shown()
  local hidden = setmetatable({}, { __tostring = function() error("shown") end })
  misuse("bad argument #1 to 'new' (opts.memory_limit is a table, expected a number of bytes above "
    .. '0, such as 300000000, "512K", "300M", "2G" or "1T")', function()
      vk.new({ memory_limit = hidden })
    end)
  misuse("bad argument #1 to 'nearest_neighbors' (k is a table, expected a whole number from 1 to "
    .. "2)", function() ctx:nearest_neighbors(hidden) end)
end

-- Elements that neither table.maxn nor # counts would be silently left out.
function TestLookalikes.test_proxies()
  local function proxy(list, with_length)
    return setmetatable({}, {
      __index = list,
      __len = with_length and function() return #list end or nil,
    })
  end
  local function fails(position, name, what, call)
    misuse(("bad argument #%d to '%s' (%s is an empty table whose elements come from its __index; "
      .. "copy them into a table without a metatable)"):format(position, name, what), call(false))
    misuse(("bad argument #%d to '%s' (%s is a table of 0 elements, but its __len says 2; copy "
      .. "them into a table without a metatable)"):format(position, name, what), call(true))
  end
  fails(1, "upload", "embeddings", function(length)
    local rows = proxy({ { 1, 2 }, { 3, 4 } }, length)
    return function() ctx:upload(rows) end
  end)
  fails(1, "upload", "embeddings[2]", function(length)
    local row = proxy({ 3, 4 }, length)
    return function() ctx:upload({ { 1, 2 }, row }) end
  end)
  fails(2, "upload", "opts.ids", function(length)
    local ids = proxy({ "a", "b" }, length)
    return function() ctx:upload({ { 1 }, { 2 } }, { ids = ids }) end
  end)
  fails(1, "diversity_sequences", "starts", function(length)
    local starts = proxy({ 1, 2 }, length)
    return function() ctx:diversity_sequences(starts) end
  end)
  fails(2, "diversity_sequence", "opts.prefix", function(length)
    local prefix = proxy({ 1, 2 }, length)
    return function() ctx:diversity_sequence(1, { prefix = prefix }) end
  end)
  -- Half of the elements are present.
  misuse("bad argument #1 to 'diversity_sequences' (starts is a table of 1 elements, but its __len "
    .. "says 3; copy them into a table without a metatable)", function()
    ctx:diversity_sequences(setmetatable({ 2 }, { __len = function() return 3 end }))
  end)
end

-- A list of some class: the contents of its metatable are not elements.
function TestLookalikes.test_lists_with_methods()
  local List = { append = table.insert }
  List.__index, List.__len = List, table.maxn
  local function list(...)
    return setmetatable({ ... }, List)
  end
  assert(ctx:upload(list(list(1, 0), list(0, 1), list(1, 1)), { ids = list(1, 2, 3) }))
  luaunit.assertEquals(ctx:diversity_sequence(1, { prefix = list(1, 3) }), { 1, 3, 2 })
  luaunit.assertNil(ctx:diversity_sequences(list())())
  luaunit.assertEquals(ctx:diversity_sequences(list(2))(), 2)
end

-- An __index that answers every key: the search for a hole must end.
function TestLookalikes.test_defaults()
  local ones = { __index = function() return 1 end }
  local starts = ctx:diversity_sequences(setmetatable({ [1] = 2, [3] = 2, [20] = 3 }, ones))
  local order = {}
  for start in starts do
    order[#order + 1] = start
  end
  luaunit.assertEquals(#order, 20)
  luaunit.assertEquals({ order[1], order[2], order[3], order[20] }, { 2, 1, 2, 3 })
  assert(ctx:upload(setmetatable({ 1, [9] = 0, [12] = 1 }, ones), { dim = 2 }))
  luaunit.assertEquals({ ctx:size() }, { 6, 2 })
  assert(ctx:upload({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
end

-- Options may come from a metatable. Each is read once, so that the value used is the value
-- checked.
function TestLookalikes.test_options_that_change()
  local answers = {}
  local changing = setmetatable({}, {
    __index = function(_, key)
      local first = ({ n = 2, dim = 2, first = 1, count = 1 })[key]
      local answer = answers[key] and 1e6 or first
      answers[key] = true
      return answer
    end,
  })
  local floats = ffi.new("float[4]", 1, 0, 0, 1)
  assert(ctx:upload(ffi.cast("float *", floats), changing))
  luaunit.assertEquals({ ctx:size() }, { 2, 2 })
  answers = {}
  luaunit.assertEquals(ctx:nearest_neighbors(1, changing), { { 2 } })
  assert(ctx:upload({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
  luaunit.assertEquals(ctx:diversity_sequence(1, setmetatable({}, { __index = { length = 2 } })),
    { 1, 2 })
end

-- A metamethod may do anything, including calls on the context that is reading the table.
function TestLookalikes.test_metatables_that_use_the_context()
  local own = assert(vk.new())
  local function calling(list, action)
    return setmetatable(list, { __index = function() action() return 2 end })
  end
  assert(own:upload({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
  misuse("the embeddings were replaced while the arguments were being read", function()
    own:diversity_sequence(3, { prefix = calling({ 3, [3] = 1 }, function()
      assert(own:upload({ { 1, 2 } }))
    end) })
  end)
  assert(own:upload({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
  misuse("attempt to use a closed context", function()
    own:diversity_sequence(3, { prefix = calling({ 3, [3] = 1 }, function() own:close() end) })
  end)
  own = assert(vk.new())
  misuse("attempt to use a closed context", function()
    own:upload({ calling({ 1, [3] = 1 }, function() own:close() end) })
  end)
end

-- An error would appear in the result.
function TestLookalikes.test_negative_zero()
  luaunit.assertEquals(1 / ctx:similarity_rows(1, -0):size(), 1 / 0)
end

support.finish()
