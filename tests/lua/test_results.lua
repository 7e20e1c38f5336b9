-- SPDX-License-Identifier: MIT
-- Results compared with the definitions in plain Lua; indices, ids, views.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")
local vk = require("vk_compute")

local rows = support.rows(40, 12)
local names = {}
for i = 1, 40 do
  names[i] = i % 3 == 0 and "item " .. i or i % 3 == 1 and 1000 - i or { i }
end

TestResults = {}

local shared = assert(vk.new())

function TestResults:setUp()
  self.ctx = shared
  assert(self.ctx:upload(rows))
end

function TestResults:test_default_context()
  assert(vk.init())
  luaunit.assertTrue(vk.upload_embeddings(rows))
  luaunit.assertEquals(vk.compute_diversity_sequence(40), support.sequence(rows, 40))
  luaunit.assertEquals(vk.compute_diversity_sequence(2, { length = 5 }),
    support.sequence(rows, 2, 5))
  luaunit.assertEquals(vk.compute_similarity_matrix(), self.ctx:similarity():to_table())
  vk.shutdown()
end

function TestResults:test_sequence()
  for start = 1, 40 do
    luaunit.assertEquals(self.ctx:diversity_sequence(start), support.sequence(rows, start))
  end
  luaunit.assertEquals(self.ctx:compute_diversity_sequence(7), support.sequence(rows, 7))
end

function TestResults:test_sequence_continues_a_prefix()
  local whole = self.ctx:diversity_sequence(3)
  for _, length in ipairs({ 1, 2, 17, 40 }) do
    local prefix = { unpack(whole, 1, length) }
    luaunit.assertEquals(self.ctx:diversity_sequence(3, { prefix = prefix }), whole)
  end
  luaunit.assertEquals(self.ctx:diversity_sequence(3, { prefix = { 3, 9 }, length = 2 }), { 3, 9 })
end

function TestResults:test_iterator_gives_all_starts()
  for _, batch in ipairs({ 1, 7, 40, 1000 }) do
    local count = 0
    for start, sequence in self.ctx:diversity_sequences(nil, { batch = batch }) do
      count = count + 1
      luaunit.assertEquals(start, count)
      luaunit.assertEquals(sequence, support.sequence(rows, start))
    end
    luaunit.assertEquals(count, 40)
  end
end

function TestResults:test_iterator_over_some_starts()
  local seen = {}
  for start, sequence in self.ctx:diversity_sequences({ 9, 1, 9 }, { length = 4 }) do
    seen[#seen + 1] = start
    luaunit.assertEquals(sequence, support.sequence(rows, start, 4))
  end
  luaunit.assertEquals(seen, { 9, 1, 9 })
  for _ in self.ctx:diversity_sequences({}) do
    luaunit.fail("a sequence without a start")
  end
end

function TestResults:test_iterator_ends_once_and_for_all()
  local following = self.ctx:diversity_sequences({ 2 })
  luaunit.assertEquals(following(), 2)
  luaunit.assertNil(following())
  luaunit.assertNil(following())
end

function TestResults:test_iterators_do_not_disturb_each_other()
  local inner = self.ctx:diversity_sequences(nil, { batch = 3 })
  for start, sequence in self.ctx:diversity_sequences(nil, { batch = 5 }) do
    local inner_start, inner_sequence = inner()
    luaunit.assertEquals(inner_start, start)
    luaunit.assertEquals(inner_sequence, sequence)
  end
end

function TestResults:test_iterator_copies_its_starts()
  local starts = { 4, 5 }
  local following = self.ctx:diversity_sequences(starts)
  starts[1], starts[2] = 30, "x"
  luaunit.assertEquals((following()), 4)
  luaunit.assertEquals((following()), 5)
end

function TestResults:test_iterator_ends_when_the_embeddings_change()
  local following = self.ctx:diversity_sequences(nil, { batch = 4 })
  following()
  assert(self.ctx:upload(rows))
  support.assert_misuse("the embeddings were replaced while their diversity sequences were being "
    .. "read", function() following() end)
end

function TestResults:test_similarity()
  local view = assert(self.ctx:similarity())
  for i = 1, 40 do
    for j = 1, 40 do
      local expected = support.cosine(rows[i], rows[j])
      if math.abs(view:get(i, j) - expected) > 6e-8 then
        luaunit.fail(("similarity of %d and %d is %.9g, expected %.9g"):format(i, j, view:get(i, j),
          expected))
      end
      assert(view:get(i, j) == view:get(j, i))
    end
    luaunit.assertEquals(view:get(i, i), 1)
  end
  luaunit.assertEquals({ view:size() }, { 40, 40 })
end

function TestResults:test_view_gives_the_same_in_every_way()
  local view = self.ctx:similarity()
  local data, matrix = view:data(), view:to_table()
  luaunit.assertEquals(ffi.sizeof(data), 40 * 40 * 4)
  luaunit.assertEquals(#matrix, 40)
  for i = 1, 40 do
    local row = view:row(i)
    luaunit.assertEquals(row:to_table(), matrix[i])
    luaunit.assertEquals(row:size(), 40)
    for j = 1, 40 do
      assert(matrix[i][j] == view:get(i, j) and matrix[i][j] == row:get(j)
        and matrix[i][j] == row:data()[j - 1] and matrix[i][j] == data[(i - 1) * 40 + j - 1])
    end
  end
  data[41] = 0.25 -- one buffer, not copies
  luaunit.assertEquals(view:get(2, 2), 0.25)
  luaunit.assertEquals(view:row(2):get(2), 0.25)
end

function TestResults:test_similarity_rows()
  local matrix = self.ctx:compute_similarity_matrix()
  for _, range in ipairs({ { 1, 40 }, { 1, 1 }, { 40, 1 }, { 11, 7 }, { 5, 0 } }) do
    local first, count = range[1], range[2]
    local view = assert(self.ctx:similarity_rows(first, count))
    luaunit.assertEquals({ view:size() }, { count, 40 })
    luaunit.assertEquals(view:to_table(), { unpack(matrix, first, first + count - 1) })
    if count > 0 then
      luaunit.assertEquals(view:get(first + count - 1, 3), matrix[first + count - 1][3])
    end
  end
  luaunit.assertEquals(self.ctx:similarity_rows(39):to_table(), { matrix[39], matrix[40] })
end

function TestResults:test_similarity_into_a_buffer_of_the_caller()
  local matrix = self.ctx:compute_similarity_matrix()
  local buffer = ffi.new("float[?]", 40 * 40 + 1)
  buffer[40 * 40] = 7
  local view = assert(self.ctx:similarity({ buffer = buffer }))
  luaunit.assertTrue(rawequal(view:data(), buffer))
  luaunit.assertEquals(view:to_table(), matrix)
  luaunit.assertEquals(buffer[40 * 40], 7)
  view = assert(self.ctx:similarity_rows(2, 1, { buffer = ffi.cast("float *", buffer) }))
  luaunit.assertEquals(view:to_table(), { matrix[2] })
  luaunit.assertEquals(buffer[0], matrix[2][1])
end

function TestResults:test_nearest_neighbors()
  local matrix = self.ctx:compute_similarity_matrix()
  for _, k in ipairs({ 1, 5, 39 }) do
    local near, how_near = assert(self.ctx:nearest_neighbors(k))
    luaunit.assertEquals(#near, 40)
    for i = 1, 40 do
      luaunit.assertEquals(near[i], support.nearest(matrix, i, k))
      for rank = 1, k do
        assert(how_near[i][rank] == matrix[i][near[i][rank]])
      end
    end
  end
end

function TestResults:test_nearest_neighbors_of_a_range()
  local near, how_near = self.ctx:nearest_neighbors(3)
  local some, how_some = assert(self.ctx:nearest_neighbors(3, { first = 11, count = 2 }))
  luaunit.assertEquals(some, { [11] = near[11], [12] = near[12] })
  luaunit.assertEquals(how_some, { [11] = how_near[11], [12] = how_near[12] })
  luaunit.assertEquals((self.ctx:nearest_neighbors(3, { first = 40 })), { [40] = near[40] })
  luaunit.assertEquals((self.ctx:nearest_neighbors(3, { first = 4, count = 0 })), {})
  for _, batch in ipairs({ 1, 7, 40 }) do
    luaunit.assertEquals({ self.ctx:nearest_neighbors(3, { batch = batch }) }, { near, how_near })
  end
end

function TestResults:test_ids()
  local plain = assert(vk.new())
  assert(plain:upload(rows))
  local function named(list)
    local result = {}
    for position, i in ipairs(list) do
      result[position] = names[i]
    end
    return result
  end
  local ids = { unpack(names) }
  assert(self.ctx:upload(rows, { ids = ids }))
  ids[1] = "changed afterwards"

  for i = 1, 40 do
    luaunit.assertTrue(support.same(self.ctx:diversity_sequence(names[i]),
      named(plain:diversity_sequence(i))))
  end
  local i = 0
  for start, sequence in self.ctx:diversity_sequences(nil, { length = 6 }) do
    i = i + 1
    luaunit.assertTrue(start == names[i])
    luaunit.assertTrue(support.same(sequence, named(plain:diversity_sequence(i, { length = 6 }))))
  end
  luaunit.assertEquals(i, 40)
  luaunit.assertTrue(names[3] == (self.ctx:diversity_sequences({ names[3] })()))
  local prefix = { names[8], names[2] }
  luaunit.assertTrue(support.same(self.ctx:diversity_sequence(names[8], { prefix = prefix }),
    named(plain:diversity_sequence(8, { prefix = { 8, 2 } }))))

  local near, how_near = self.ctx:nearest_neighbors(4)
  local plain_near, plain_how_near = plain:nearest_neighbors(4)
  for item = 1, 40 do
    luaunit.assertTrue(support.same(near[names[item]], named(plain_near[item])))
    luaunit.assertEquals(how_near[names[item]], plain_how_near[item])
  end

  local view, plain_view = self.ctx:similarity(), plain:similarity()
  luaunit.assertEquals(view:get(names[5], names[6]), plain_view:get(5, 6))
  luaunit.assertEquals(view:row(names[5]):get(names[6]), plain_view:get(5, 6))
  luaunit.assertEquals(view:to_table(), plain_view:to_table())
  local range = self.ctx:similarity_rows(5, 2)
  luaunit.assertEquals(range:get(names[6], names[40]), plain_view:get(6, 40))
  plain:close()
end

-- Any value except nil and NaN is an id.
function TestResults:test_false_is_an_id()
  assert(self.ctx:upload({ { 1, 0 }, { 1, 1 }, { 0, 1 } }, { ids = { true, false, "c" } }))
  luaunit.assertEquals(self.ctx:diversity_sequence(false), { false, true, "c" })
  luaunit.assertEquals(self.ctx:nearest_neighbors(1)["c"], { false })
  local starts = {}
  for start in self.ctx:diversity_sequences() do
    starts[#starts + 1] = start
  end
  luaunit.assertEquals(starts, { true, false, "c" })
end

function TestResults:test_view_keeps_the_ids_it_was_made_with()
  assert(self.ctx:upload(rows, { ids = names }))
  local view = self.ctx:similarity()
  local expected = view:get(names[1], names[2])
  assert(self.ctx:upload({ { 1 }, { 2 } }))
  luaunit.assertEquals(view:get(names[1], names[2]), expected)
end

function TestResults:test_ties_and_zero_rows()
  assert(self.ctx:upload({ { 1, 0 }, { 0, 0 }, { 1, 0 }, { 1, 0 } }))
  luaunit.assertEquals(self.ctx:diversity_sequence(3), { 3, 2, 1, 4 })
  luaunit.assertEquals(self.ctx:similarity():get(2, 2), 0)
  luaunit.assertEquals((self.ctx:nearest_neighbors(3))[1], { 3, 4, 2 })
end

function TestResults:test_a_single_item()
  assert(self.ctx:upload({ { 2 } }))
  luaunit.assertEquals(self.ctx:diversity_sequence(1), { 1 })
  luaunit.assertEquals(self.ctx:compute_similarity_matrix(), { { 1 } })
end

function TestResults:test_size()
  luaunit.assertEquals({ self.ctx:size() }, { 40, 12 })
  local empty = assert(vk.new())
  luaunit.assertEquals({ empty:size() }, { 0, 0 })
  empty:close()
end

function TestResults:test_devices()
  local devices = assert(vk.devices())
  luaunit.assertTrue(#devices >= 1)
  local defaults = 0
  for i, device in ipairs(devices) do
    luaunit.assertEquals(device.index, i)
    luaunit.assertIsString(device.name)
    luaunit.assertNil(device.memory_used)
    defaults = defaults + (device.is_default and 1 or 0)
  end
  luaunit.assertEquals(defaults, 1)
  luaunit.assertEquals(self.ctx:devices(), devices)

  local own = assert(self.ctx:device())
  luaunit.assertEquals(own.name, devices[own.index].name)
  luaunit.assertStrMatches(own.api_version, "%d+%.%d+%.%d+")
  luaunit.assertTrue(own.memory_used > 0)
  luaunit.assertTrue(own.memory_limit > 0)
end

function TestResults.test_device_by_index_and_by_name()
  local devices = assert(vk.devices())
  for i, device in ipairs(devices) do
    local ctx = assert(vk.new({ device = i }))
    luaunit.assertEquals(ctx:device().index, i)
    ctx:close()
    ctx = assert(vk.new({ device = device.name:upper():sub(1, 5) }))
    luaunit.assertStrContains(ctx:device().name:upper(), device.name:upper():sub(1, 5))
    ctx:close()
  end
end

function TestResults.test_memory_limit()
  for limit, bytes in pairs({ [2 ^ 28] = 2 ^ 28, ["512K"] = 2 ^ 19, ["300M"] = 300 * 2 ^ 20,
    ["2G"] = 2 ^ 31, ["512k"] = 2 ^ 19, ["300m"] = 300 * 2 ^ 20, ["2g"] = 2 ^ 31,
    ["1000000"] = 1e6 }) do
    local ctx = vk.new({ memory_limit = limit })
    if ctx then -- the smallest limit may be too low for the device
      luaunit.assertEquals(ctx:device().memory_limit, bytes)
      ctx:close()
    else
      luaunit.assertTrue(bytes <= 1e6)
    end
  end
end

support.finish()
