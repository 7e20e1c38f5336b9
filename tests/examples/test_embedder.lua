-- SPDX-License-Identifier: MIT

-- The text embedder: the invariants of its rows for any texts.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/../../examples/?.lua;" .. here .. "/../lua/?.lua;" .. package.path

local lu = require("luaunit")
local ffi = require("ffi")
local embedder = require("embedder")

local TEXTS = {
  "The cat sleeps on the warm windowsill in the sun.",
  "Two cats were sleeping on a sunny windowsill.",
  "The treasury raised interest rates to slow inflation.",
  "Inflation and interest rates worry the treasury again.",
  "",
  "Der Bär läuft über die Brücke.",
  "DER BÄR LÄUFT ÜBER DIE BRÜCKE!",
  "Медведь идёт по мосту.",
  "МЕДВЕДЬ ИДЁТ ПО МОСТУ",
  "-- ... ?!",
  "熊が橋を渡る。",
}

local rows, n, dim = embedder.embed(TEXTS)

local function cosine_in(buffer, i, j)
  local sum = 0
  for k = 0, dim - 1 do
    sum = sum + buffer[(i - 1) * dim + k] * buffer[(j - 1) * dim + k]
  end
  return sum
end

local function cosine(i, j)
  return cosine_in(rows, i, j)
end

TestEmbedder = {}

function TestEmbedder.test_shape()
  lu.assertEquals(n, #TEXTS)
  lu.assertEquals(dim, 768)
  lu.assertTrue(ffi.istype("float[?]", rows))
  lu.assertEquals(ffi.sizeof(rows), n * dim * 4)
end

function TestEmbedder.test_other_dimensions()
  for _, wanted in ipairs({ 1, 7, 384 }) do
    local small, count, got = embedder.embed(TEXTS, { dim = wanted })
    lu.assertEquals(got, wanted)
    lu.assertEquals(ffi.sizeof(small), count * wanted * 4)
  end
end

function TestEmbedder.test_rows_are_unit_rows_or_zero()
  for i = 1, n do
    local words = TEXTS[i]:find("[%w\128-\255]") ~= nil
    lu.assertAlmostEquals(cosine(i, i), words and 1 or 0, 1e-6, TEXTS[i])
  end
end

function TestEmbedder.test_deterministic()
  local again = embedder.embed(TEXTS)
  lu.assertEquals(ffi.string(again, ffi.sizeof(again)), ffi.string(rows, ffi.sizeof(rows)))
end

function TestEmbedder.test_jit_on_and_off_agree()
  local many = {}
  for i = 1, 300 do
    many[i] = TEXTS[i % #TEXTS + 1] .. " " .. i
  end
  local with = embedder.embed(many)
  require("jit").off()
  local without = embedder.embed(many)
  require("jit").on()
  lu.assertEquals(ffi.string(with, ffi.sizeof(with)), ffi.string(without, ffi.sizeof(without)))
end

function TestEmbedder.test_similar_texts_are_closer()
  lu.assertTrue(cosine(1, 2) > 0.2)
  lu.assertTrue(cosine(3, 4) > 0.4)
  for _, pair in ipairs({ { 1, 3 }, { 1, 4 }, { 2, 3 }, { 2, 4 } }) do
    lu.assertTrue(cosine(pair[1], pair[2]) < cosine(1, 2) - 0.1)
    lu.assertTrue(cosine(pair[1], pair[2]) < cosine(3, 4) - 0.1)
  end
end

function TestEmbedder.test_capitals_and_punctuation_do_not_matter()
  lu.assertAlmostEquals(cosine(6, 7), 1, 1e-6)
  lu.assertAlmostEquals(cosine(8, 9), 1, 1e-6)
end

-- Without signs, all texts would appear similar, because every column would hold sums of weights.
function TestEmbedder.test_columns_have_both_signs()
  local negative = 0
  for k = 0, dim - 1 do
    negative = negative + (rows[k] < 0 and 1 or rows[k] > 0 and -1 or 0)
  end
  lu.assertTrue(math.abs(negative) < 40)
  lu.assertTrue(math.abs(cosine(1, 3)) < 0.15)
end

function TestEmbedder.test_more_ngrams_than_the_table_begins_with()
  local list = {}
  for i = 1, 4000 do
    list[i] = ("%x %x %x"):format(i * 7919, i * 104729, i * 1299709)
  end
  local learned = embedder.new({ dim = 16 }):fit(list)
  lu.assertTrue(learned.features.used > 65536)
  lu.assertTrue(learned.features.used < learned.features.size)
  local counted = 0
  for place = 0, learned.features.size - 1 do
    counted = counted + (learned.features.hash[place] ~= 0 and 1 or 0)
  end
  lu.assertEquals(counted, learned.features.used)
end

function TestEmbedder.test_rare_words_weigh_more()
  local list = {}
  for i = 1, 50 do
    list[i] = "common words everywhere " .. ("abcdefgh"):rep(2):sub(i % 7 + 1, i % 7 + 4)
  end
  list[51] = "common words zeppelin"
  list[52] = "everywhere zeppelin"
  list[53] = "common words everywhere"
  local buffer = embedder.embed(list)
  lu.assertTrue(cosine_in(buffer, 51, 52) > cosine_in(buffer, 51, 53))
end

function TestEmbedder.test_apostrophes_stay_within_words()
  local r, _, d = embedder.embed({ "don't stop", "dont stop", "don’t stop" })
  lu.assertEquals(ffi.string(r, d * 4), ffi.string(r + d, d * 4))
  lu.assertEquals(ffi.string(r, d * 4), ffi.string(r + 2 * d, d * 4))
end

function TestEmbedder.test_any_bytes_are_read()
  local wild = { string.char(0xFF, 0xC0, 0x80), "caf\233 cr\232me", "café crème", "a\0b",
    ("x"):rep(100000), "\240\159\152\128" }
  local r, count, d = embedder.embed(wild)
  lu.assertEquals(count, #wild)
  for i = 0, count * d - 1 do
    lu.assertTrue(r[i] == r[i] and math.abs(r[i]) <= 1.000001)
  end
  lu.assertEquals(ffi.string(r + d, d * 4), ffi.string(r + 2 * d, d * 4), "Latin-1 and UTF-8")
end

function TestEmbedder.test_what_was_not_learned_is_left_out()
  local learned = embedder.new():fit({ "one two three", "four five six" })
  local r, _, d = learned:transform({ "one two three unheard", "unheard" })
  for k = 0, d - 1 do
    lu.assertEquals(r[d + k], 0)
  end
  lu.assertAlmostEquals(cosine_in(r, 1, 1), 1, 1e-6)
end

function TestEmbedder.test_no_texts()
  local _, count = embedder.embed({})
  lu.assertEquals(count, 0)
  local zero, one, d = embedder.embed({ "" })
  lu.assertEquals(one, 1)
  lu.assertEquals(cosine_in(zero, 1, 1), 0)
  lu.assertEquals(d, dim)
end

function TestEmbedder.test_wrong_use_names_the_mistake()
  lu.assertErrorMsgContains("bad argument #1 to 'embed' (a list of texts expected, got string)",
    embedder.embed, "text")
  lu.assertErrorMsgContains("text 2 is not a string but a number", embedder.embed, { "a", 2 })
  lu.assertErrorMsgContains("bad option 'dim'", embedder.new, { dim = 0 })
  lu.assertErrorMsgContains("bad option 'dim'", embedder.new, { dim = 1.5 })
end

function TestEmbedder.test_many_texts_fast()
  local list = {}
  for i = 1, 5000 do
    list[i] = ("text number %d says %d and %x"):format(i, i * 7919 % 10007, i * 104729 % 65521)
  end
  local before = os.clock()
  embedder.embed(list)
  -- A hundred times the usual duration, which detects work that grows with the square.
  lu.assertTrue(os.clock() - before < 20)
end

require("finish")()
