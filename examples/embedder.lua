-- SPDX-License-Identifier: MIT

--- A small text embedder: hashed character n-grams with TF-IDF weights.
--
-- It replaces a neural model in the examples. It compares spelling, not meaning:
-- texts are similar if they share words or parts of words that are rare in other
-- texts. It is good enough for experiments, needs no model, and its results are
-- reproducible.
--
--    local embedder = require("embedder")
--    local rows, n, dim = embedder.embed({ "a text", "another" })
--    -- rows: float[n * dim], one row of length 1 per text
-- @module embedder

local ffi = require("ffi")
local bit = require("bit")
local unicode = require("unicode")

local bxor, band = bit.bxor, bit.band
local lshift, rshift, tobit = bit.lshift, bit.rshift, bit.tobit

local embedder = {}

--- Default for the numbers per row.
embedder.DIMENSIONS = 768

local SHORTEST, LONGEST = 3, 5
local SPACE, APOSTROPHE, RIGHT_QUOTE = 0x20, 0x27, 0x2019

local Embedder = {}
Embedder.__index = Embedder

-- A hash table with open addressing and 2^bits places, of which at most two thirds
-- are in use. Hash 0 marks a free place; the hash of a feature is never 0.
local function new_table(bits)
  local size = 2 ^ bits
  return {
    size = size,
    used = 0,
    hash = ffi.new("int32_t[?]", size),
    documents = ffi.new("int32_t[?]", size), -- number of texts with the feature
    last = ffi.new("int32_t[?]", size),      -- the last text found with the feature
    count = ffi.new("int32_t[?]", size),     -- occurrences in that text
  }
end

local function place_of(features, hash)
  local mask = features.size - 1
  local hashes = features.hash
  local place = band(bxor(hash, rshift(hash, 15)), mask)
  while hashes[place] ~= hash and hashes[place] ~= 0 do
    place = band(place + 1, mask)
  end
  return place
end

local function grow(features)
  local bits = math.floor(math.log(features.size) / math.log(2) + 0.5)
  local larger = new_table(bits + 1)
  for old = 0, features.size - 1 do
    if features.hash[old] ~= 0 then
      local new = place_of(larger, features.hash[old])
      larger.hash[new] = features.hash[old]
      larger.documents[new] = features.documents[old]
      larger.last[new] = features.last[old]
      larger.count[new] = features.count[old]
    end
  end
  larger.used = features.used
  return larger
end

-- Grows the buffers for one text: its code points, its words (lower case, with a
-- space before and after each), and the hashes of its n-grams.
local function reserve(self, bytes)
  if bytes <= self.capacity then
    return
  end
  self.capacity = math.max(bytes * 2, 1024)
  self.codes = ffi.new("int32_t[?]", self.capacity)
  self.line = ffi.new("int32_t[?]", self.capacity * 2 + 2)
  self.hashes = ffi.new("int32_t[?]", (self.capacity * 2 + 2) * (LONGEST - SHORTEST + 1))
end

-- Fills `line` with the words of a text: " one two ". Drops apostrophes within a
-- word; any other character that is neither letter nor digit ends the word.
local function read_words(self, text)
  local codes, line = self.codes, self.line
  local count = unicode.decode(text, codes)
  local length = 1
  line[0] = SPACE
  for i = 0, count - 1 do
    local code = codes[i]
    if unicode.is_word(code) then
      line[length] = unicode.lower(code)
      length = length + 1
    elseif code ~= APOSTROPHE and code ~= RIGHT_QUOTE and line[length - 1] ~= SPACE then
      line[length] = SPACE
      length = length + 1
    end
  end
  if line[length - 1] ~= SPACE then
    line[length] = SPACE
    length = length + 1
  end
  return length
end

-- The final mixing of Bob Jenkins's one-at-a-time hash: every bit of the result then
-- depends on every code point.
local function finish_hash(hash)
  hash = tobit(hash + lshift(hash, 3))
  hash = bxor(hash, rshift(hash, 11))
  hash = tobit(hash + lshift(hash, 15))
  return hash == 0 and 1 or hash
end

-- Writes the hashes of all n-grams of a text to self.hashes and returns their number.
-- An n-gram is within one word and the spaces around it. With its spaces, every word
-- is long enough for the shortest n-gram.
local function hash_ngrams(self, text)
  reserve(self, #text)
  local length = read_words(self, text)
  local line, hashes = self.line, self.hashes
  local count = 0
  for first = 0, length - SHORTEST do
    local hash = 0
    for size = 1, LONGEST do
      local code = line[first + size - 1]
      hash = tobit(hash + code)
      hash = tobit(hash + lshift(hash, 10))
      hash = bxor(hash, rshift(hash, 6))
      if size >= SHORTEST then
        hashes[count] = finish_hash(hash)
        count = count + 1
      end
      if (size > 1 and code == SPACE) or first + size == length then
        break
      end
    end
  end
  return count
end

--- Creates an embedder.
-- @param[opt] options `dim`: numbers per row (768)
function embedder.new(options)
  local dim = options and options.dim or embedder.DIMENSIONS
  if type(dim) ~= "number" or dim < 1 or dim % 1 ~= 0 then
    error(("bad option 'dim' (a whole number from 1 expected, got %s)"):format(tostring(dim)), 2)
  end
  local self = setmetatable({ dim = dim, texts = 0, clock = 0, capacity = -1 }, Embedder)
  self.features = new_table(16)
  return self
end

local function check_texts(list, name)
  if type(list) ~= "table" then
    error(("bad argument #1 to '%s' (a list of texts expected, got %s)")
      :format(name, type(list)), 3)
  end
  for i = 1, #list do
    if type(list[i]) ~= "string" then
      error(("bad argument #1 to '%s' (text %d is not a string but a %s)")
        :format(name, i, type(list[i])), 3)
    end
  end
end

--- Counts in how many texts of a list each n-gram occurs, for the weights.
function Embedder:fit(list)
  check_texts(list, "fit")
  for t = 1, #list do
    local count = hash_ngrams(self, list[t])
    while self.features.used + count > self.features.size * 2 / 3 do
      self.features = grow(self.features)
    end
    local features, hashes = self.features, self.hashes
    self.clock = self.clock + 1
    for i = 0, count - 1 do
      local place = place_of(features, hashes[i])
      if features.hash[place] == 0 then
        features.hash[place] = hashes[i]
        features.used = features.used + 1
      end
      if features.last[place] ~= self.clock then
        features.last[place] = self.clock
        features.documents[place] = features.documents[place] + 1
      end
    end
  end
  self.texts = self.texts + #list
  return self
end

-- Adds the weights of a text's n-grams to its row and scales the row to length 1.
local function fill_row(self, row, count)
  local features, hashes, dim = self.features, self.hashes, self.dim
  self.clock = self.clock + 1
  for i = 0, count - 1 do
    local place = place_of(features, hashes[i])
    if features.last[place] ~= self.clock then
      features.last[place] = self.clock
      features.count[place] = 0
    end
    features.count[place] = features.count[place] + 1
  end
  for i = 0, count - 1 do
    local hash = hashes[i]
    local place = place_of(features, hash)
    local times = features.count[place]
    -- Skips n-grams already counted for this text, and n-grams that do not occur in
    -- the texts passed to fit().
    if times > 0 and features.hash[place] == hash then
      features.count[place] = 0
      local rarity = math.log((1 + self.texts) / (0.5 + features.documents[place]))
      local weight = (1 + math.log(times)) * rarity
      -- The lower bits select the column and the highest bit the sign, so that
      -- n-grams that collide in a column cancel as often as they add up.
      local column = band(hash, 0x7FFFFFFF) % dim
      row[column] = row[column] + (hash < 0 and -weight or weight)
    end
  end
  local squares = 0
  for column = 0, dim - 1 do
    squares = squares + row[column] * row[column]
  end
  if squares > 0 then
    local scale = 1 / math.sqrt(squares)
    for column = 0, dim - 1 do
      row[column] = row[column] * scale
    end
  end
end

--- Embeds a list of texts with the weights from fit().
-- @return float[n * dim], row-major, one row of length 1 per text (zeros for a text
--   without words)
-- @return n, the number of texts
-- @return dim, the numbers per row
function Embedder:transform(list)
  check_texts(list, "transform")
  local rows = ffi.new("float[?]", math.max(#list, 1) * self.dim)
  local row = ffi.new("double[?]", self.dim)
  for t = 1, #list do
    ffi.fill(row, self.dim * 8)
    fill_row(self, row, hash_ngrams(self, list[t]))
    local base = (t - 1) * self.dim
    for column = 0, self.dim - 1 do
      rows[base + column] = row[column]
    end
  end
  return rows, #list, self.dim
end

--- Embeds a list of texts with weights from the same texts.
-- @param list texts, as strings
-- @param[opt] options as for `embedder.new`
-- @return float[n * dim], n, dim, as for `transform`
function embedder.embed(list, options)
  check_texts(list, "embed")
  return embedder.new(options):fit(list):transform(list)
end

return embedder
