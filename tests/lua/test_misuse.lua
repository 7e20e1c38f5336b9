-- SPDX-License-Identifier: MIT
-- Every misuse except invalid embeddings, with the message that it raises at the line of the
-- caller.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local vk = require("vk_compute")

local misuse = support.assert_misuse
local nan, inf = 0 / 0, 1 / 0

TestMisuse = {}

local shared

function TestMisuse:setUp()
  if not shared or not shared.handle then -- a test may close it
    shared = assert(vk.init())
  end
  self.ctx = shared
  assert(vk.upload_embeddings({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
end

function TestMisuse:tearDown()
  -- After any error, the previous upload is still there.
  if self.ctx.handle then
    luaunit.assertEquals(self.ctx:diversity_sequence(1), { 1, 2, 3 })
  end
end

function TestMisuse.test_start()
  local function start_fails(text, start)
    misuse(("bad argument #1 to 'compute_diversity_sequence' (%s)"):format(text), function()
      vk.compute_diversity_sequence(start)
    end)
  end
  start_fails("start is 0, expected a whole number from 1 to 3", 0)
  start_fails("start is 4, expected a whole number from 1 to 3", 4)
  start_fails("start is -1, expected a whole number from 1 to 3", -1)
  start_fails("start is 1.5, expected a whole number from 1 to 3", 1.5)
  start_fails("start is nan, expected a whole number from 1 to 3", nan)
  start_fails("start is inf, expected a whole number from 1 to 3", inf)
  start_fails("start is nil, expected a whole number from 1 to 3", nil)
  start_fails('start is "1", expected a whole number from 1 to 3', "1")
  start_fails("start is a table, expected a whole number from 1 to 3", { 1 })
  start_fails("start is a cdata, expected a whole number from 1 to 3", 1ULL)

  local ctx = assert(vk.new())
  assert(ctx:upload({ { 1 }, { 2 } }, { ids = { "a", 7 } }))
  misuse("bad argument #1 to 'diversity_sequence' (start is 1, which is not among opts.ids of "
    .. "the upload)", function() ctx:diversity_sequence(1) end)
  misuse("bad argument #1 to 'diversity_sequence' (start is nil, which is not among opts.ids of "
    .. "the upload)", function() ctx:diversity_sequence(nil) end)
  misuse("bad argument #1 to 'diversity_sequence' (start is nan, which is not among opts.ids of "
    .. "the upload)", function() ctx:diversity_sequence(nan) end)
  ctx:close()
end

function TestMisuse:test_options_of_a_sequence()
  local function fails(text, opts)
    misuse(("bad argument #2 to 'diversity_sequence' (%s)"):format(text), function()
      self.ctx:diversity_sequence(2, opts)
    end)
  end
  fails("opts.length is 0, expected a whole number from 1 to 3", { length = 0 })
  fails("opts.length is 4, expected a whole number from 1 to 3", { length = 4 })
  fails("opts.length is 2.5, expected a whole number from 1 to 3", { length = 2.5 })
  fails('opts.length is "all", expected a whole number from 1 to 3', { length = "all" })
  fails("opts.length is false, expected a whole number from 1 to 3", { length = false })
  fails("opts.lenght is not an option; valid options: length, prefix", { lenght = 2 })
  fails("opts is true, expected a table", true)
  fails("opts.prefix is 2, expected a table", { prefix = 2 })
  fails("opts.prefix[1] is nil, expected the start, 2", { prefix = {} })
  fails("opts.prefix[1] is 1, expected the start, 2", { prefix = { 1, 2 } })
  fails("opts.prefix[2] is 9, expected a whole number from 1 to 3", { prefix = { 2, 9 } })
  fails("opts.prefix[2] is nil, expected a whole number from 1 to 3", { prefix = { 2, nil, 1 } })
  fails("opts.prefix[3] is 2, the same as opts.prefix[1]", { prefix = { 2, 1, 2 } })
  fails("opts.prefix has 4 items, but only 3 were uploaded", { prefix = { 2, 1, 3, 2 } })
  fails("opts.length is 1, expected a whole number from 2 to 3", { prefix = { 2, 1 }, length = 1 })
end

function TestMisuse:test_iterator()
  local function fails(position, text, starts, opts)
    misuse(("bad argument #%d to 'diversity_sequences' (%s)"):format(position, text), function()
      self.ctx:diversity_sequences(starts, opts)
    end)
  end
  fails(1, "starts is 1, expected a table", 1)
  fails(1, "starts[2] is 4, expected a whole number from 1 to 3", { 1, 4 })
  fails(1, "starts[2] is nil, expected a whole number from 1 to 3", { 1, nil, 3 })
  fails(1, "starts[1] is nil, expected a whole number from 1 to 3", { [1e9] = 1 })
  fails(1, "starts[2] is nil, expected a whole number from 1 to 3", { 3, [5e8] = 1 })
  fails(2, "opts.length is 4, expected a whole number from 1 to 3", nil, { length = 4 })
  fails(2, "opts.batch is 0, expected a whole number from 1 to 178956970", nil, { batch = 0 })
  fails(2, "opts.start is not an option; valid options: length, batch", nil, { start = 1 })
end

function TestMisuse:test_similarity()
  misuse("bad argument #1 to 'similarity' (opts.packed is not an option; valid options: buffer)",
    function() self.ctx:similarity({ packed = true }) end)
  misuse("bad argument #1 to 'similarity' (opts.buffer holds 32 bytes, but the result takes 36)",
    function() self.ctx:similarity({ buffer = ffi.new("float[8]") }) end)
  misuse("bad argument #1 to 'similarity' (opts.buffer is double [9], expected a float * or an "
    .. "array of floats)", function() self.ctx:similarity({ buffer = ffi.new("double[9]") }) end)
  misuse("bad argument #1 to 'similarity' (opts.buffer is NULL, expected a float * or an array "
    .. "of floats)", function() self.ctx:similarity({ buffer = ffi.cast("float *", nil) }) end)
  misuse("bad argument #1 to 'similarity' (opts.buffer is a table, expected a float * or an array "
    .. "of floats)", function() self.ctx:similarity({ buffer = {} }) end)
  misuse("bad argument #1 to 'similarity_rows' (first is 0, expected a whole number from 1 to 3)",
    function() self.ctx:similarity_rows(0, 1) end)
  misuse("bad argument #1 to 'similarity_rows' (first is nil, expected a whole number from 1 to 3)",
    function() self.ctx:similarity_rows() end)
  misuse("bad argument #2 to 'similarity_rows' (count is 3, expected a whole number from 0 to 2)",
    function() self.ctx:similarity_rows(2, 3) end)
  misuse("bad argument #2 to 'similarity_rows' (count is false, expected a whole number from 0 to "
    .. "2)", function() self.ctx:similarity_rows(2, false) end)
  misuse("bad argument #3 to 'similarity_rows' (opts is 1, expected a table)",
    function() self.ctx:similarity_rows(2, 1, 1) end)
end

function TestMisuse:test_views()
  local view = self.ctx:similarity_rows(2, 2)
  misuse("bad argument #1 to 'get' (i is 4, expected a whole number from 1 to 3)",
    function() view:get(4, 1) end)
  misuse("bad argument #1 to 'get' (i is 1, which is not among the rows of this view: 2 to 3)",
    function() view:get(1, 1) end)
  misuse("bad argument #2 to 'get' (j is 0, expected a whole number from 1 to 3)",
    function() view:get(2, 0) end)
  misuse("bad argument #2 to 'get' (j is nil, expected a whole number from 1 to 3)",
    function() view:get(2) end)
  misuse("bad argument #1 to 'row' (i is 1, which is not among the rows of this view: 2 to 3)",
    function() view:row(1) end)
  misuse("bad argument #1 to 'get' (j is 4, expected a whole number from 1 to 3)",
    function() view:row(2):get(4) end)
  misuse("calling 'get' on bad self (call it with a colon, as in view:get(...))",
    function() view.get(2, 1) end)
  misuse("calling 'data' on bad self (call it with a colon, as in view:data(...))",
    function() view.data() end)
  misuse("calling 'to_table' on bad self (call it with a colon, as in view:to_table(...))",
    function() view:row(2).to_table() end)
end

function TestMisuse:test_neighbors()
  local function fails(position, text, k, opts)
    misuse(("bad argument #%d to 'nearest_neighbors' (%s)"):format(position, text), function()
      self.ctx:nearest_neighbors(k, opts)
    end)
  end
  fails(1, "k is 0, expected a whole number from 1 to 2", 0)
  fails(1, "k is 3, expected a whole number from 1 to 2", 3)
  fails(1, "k is nil, expected a whole number from 1 to 2", nil)
  fails(1, 'k is "2", expected a whole number from 1 to 2', "2")
  fails(2, "opts.first is 4, expected a whole number from 1 to 3", 1, { first = 4 })
  fails(2, "opts.count is 3, expected a whole number from 0 to 2", 1, { first = 2, count = 3 })
  fails(2, "opts.first is false, expected a whole number from 1 to 3", 1, { first = false })
  fails(2, "opts.count is false, expected a whole number from 0 to 3", 1, { count = false })
  fails(2, "opts.batch is 4, expected a whole number from 1 to 3", 1, { batch = 4 })
  fails(2, "opts.k is not an option; valid options: first, count, batch", 1, { k = 3 })

  local ctx = assert(vk.new())
  assert(ctx:upload({ { 1 } }))
  misuse("bad argument #1 to 'nearest_neighbors' (k is 1, but a single item has no neighbours)",
    function() ctx:nearest_neighbors(1) end)
  ctx:close()
end

function TestMisuse.test_options_of_a_context()
  local function fails(text, opts)
    for _, name in ipairs({ "new", "init" }) do
      misuse(("bad argument #1 to '%s' (%s)"):format(name, text), function()
        vk[name](opts)
      end)
    end
  end
  local limits = "expected a number of bytes above 0, such as "
    .. '300000000, "512K", "300M", "2G" or "1T"'
  fails("opts is 0, expected a table", 0)
  fails("opts.devcie is not an option; valid options: device, memory_limit, validation, tuning, "
    .. "library", { devcie = 1 })
  fails("opts.device is 0, expected a whole number from 1 to 2147483648", { device = 0 })
  fails("opts.device is true, expected an index from 1 or part of a name", { device = true })
  fails("opts.memory_limit is 0, expected a whole number from 1 to 9007199254740992",
    { memory_limit = 0 })
  fails('opts.memory_limit is "much", ' .. limits, { memory_limit = "much" })
  fails('opts.memory_limit is "0M", ' .. limits, { memory_limit = "0M" })
  fails('opts.memory_limit is a table, ' .. limits, { memory_limit = {} })
  fails("opts.validation is 1, expected a boolean", { validation = 1 })
  fails("opts.tuning is 1, expected a string", { tuning = 1 })
  fails("opts.library is false, expected a string", { library = false })
  fails("opts.device has a zero byte", { device = "llvmpipe\0" })
  fails("opts.tuning has a zero byte", { tuning = "\0" })
  fails("opts.library has a zero byte", { library = "/nowhere\0" })
  misuse("bad argument #1 to 'devices' (opts.device is not an option; valid options: library)",
    function() vk.devices({ device = 1 }) end)
end

-- A lack of memory is a condition of the machine, so the error is returned, at once, and nothing is
-- lost.
function TestMisuse.test_a_matrix_of_100_gb()
  local ctx = assert(vk.new())
  local n = 160000
  local line = ffi.new("float[?]", n, 1)
  assert(ctx:upload(line, { n = n, dim = 1 }))
  for _, call in ipairs({
    function() return ctx:similarity() end,
    function() return ctx:compute_similarity_matrix() end,
    function() return ctx:similarity_rows(1) end,
  }) do
    support.wrong_use()
    support.assert_failed("160000 rows of 160000 similarities take 102400000000 bytes, and LuaJIT "
      .. "cannot hold more than 2 GiB in one piece: compute at most 3355 rows at a time with "
      .. "ctx:similarity_rows(first, count)", call())
  end
  luaunit.assertEquals(ctx:similarity_rows(159999, 2):get(n, 1), 1)
  ctx:close()
end

-- Errors that only the library can detect.
function TestMisuse.test_mistakes_that_the_library_finds()
  for _, name in ipairs({ "new", "init" }) do
    misuse("The tuning string (VKC_TUNING) has 'bogus=1', which is not a known key with a valid "
      .. "value: see docs/architecture.md.", function() vk[name]({ tuning = "bogus=1" }) end)
  end
  local numbers = ffi.new("float[1]")
  misuse("The upload has 4294967295 rows of 1 numbers; the maximum is 4294967231 rows of "
    .. "4294967279 numbers.", function()
    vk.upload_embeddings(ffi.cast("float *", numbers), { n = 2 ^ 32 - 1, dim = 1 })
  end)
end

function TestMisuse.test_before_init_and_after_shutdown()
  vk.shutdown()
  vk.shutdown()
  for _, name in ipairs({ "upload_embeddings", "compute_diversity_sequence",
    "compute_similarity_matrix" }) do
    misuse("there is no default context: call vk.init() first", function() vk[name]({ { 1 } }) end)
  end
end

function TestMisuse.test_before_any_upload()
  local ctx = assert(vk.new())
  for _, name in ipairs({ "diversity_sequence", "compute_diversity_sequence", "diversity_sequences",
    "similarity", "similarity_rows", "compute_similarity_matrix", "nearest_neighbors" }) do
    misuse(("attempt to call '%s' before any embeddings were uploaded"):format(name), function()
      ctx[name](ctx, 1)
    end)
  end
  ctx:close()
end

function TestMisuse:test_after_close()
  local following = self.ctx:diversity_sequences()
  following()
  self.ctx:close()
  self.ctx:close()
  for name, method in pairs(getmetatable(self.ctx)) do
    if type(method) == "function" and not name:find("^__") and name ~= "close" and name ~= "wrap"
      and name ~= "failed" then
      misuse("attempt to use a closed context", function() method(self.ctx, 1) end)
    end
  end
  misuse("attempt to use a closed context", function() following() end)
  misuse("attempt to use a closed context", function() vk.compute_diversity_sequence(1) end)
  luaunit.assertEquals(tostring(self.ctx), "vk_compute context (closed)")
end

function TestMisuse:test_a_dot_for_a_colon()
  misuse("calling 'upload' on bad self (call it with a colon, as in ctx:upload(...))",
    function() self.ctx.upload({ { 1 } }) end)
  misuse("calling 'size' on bad self (call it with a colon, as in ctx:size(...))",
    function() self.ctx.size() end)
  misuse("calling 'close' on bad self (call it with a colon, as in ctx:close())",
    function() self.ctx.close() end)
end

function TestMisuse.test_the_position_is_the_callers_however_it_calls()
  local function tail_call() return vk.compute_diversity_sequence(9) end
  local expected = "bad argument #1 to 'compute_diversity_sequence' (start is 9, expected a whole "
    .. "number from 1 to 3)"
  -- A tail call leaves no frame: the position is that of the next caller, not of the module.
  local ok, message = pcall(function() local result = tail_call() return result end)
  luaunit.assertFalse(ok)
  luaunit.assertStrMatches(message, "[^\n]*test_misuse%.lua:%d+: .*")
  luaunit.assertStrContains(message, expected)
  -- If pcall itself calls it, or if it is the body of a coroutine, there is no line to name.
  ok, message = pcall(vk.compute_diversity_sequence, 9)
  luaunit.assertFalse(ok)
  luaunit.assertEquals(message, expected)
  ok, message = coroutine.resume(coroutine.create(vk.compute_diversity_sequence), 9)
  luaunit.assertFalse(ok)
  luaunit.assertEquals(message, expected)
  coroutine.wrap(function()
    misuse(expected, function() vk.compute_diversity_sequence(9) end)
  end)()
end

support.finish()
