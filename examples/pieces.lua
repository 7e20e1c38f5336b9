-- SPDX-License-Identifier: MIT

-- Results that are larger than memory, written piece by piece:
--
--    luajit examples/pieces.lua [ITEMS [FOLDER]]
--
-- FOLDER/similarity.f32 gets the matrix as 32-bit floats, FOLDER/sequences.txt a line per item: the
-- first 20 of its diversity sequence. Progress is between two pieces, and so is a way out.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/../lua/?.lua;" .. package.path

local ffi = require("ffi")
local vk = require("vk_compute")

local n, folder = tonumber(arg[1] or "2000"), arg[2] or "."
local dim, length, rows_at_a_time = 32, math.min(20, n), 512

-- Embeddings as C data, which the library reads without a copy in between.
local embeddings = ffi.new("float[?]", n * dim)
for i = 0, n * dim - 1 do
  embeddings[i] = math.random() - 0.5
end

local ctx = assert(vk.new())
assert(ctx:upload_embeddings(embeddings, { n = n, dim = dim }))

local function progress(what, done)
  io.stderr:write(("\r%s: %d of %d"):format(what, done, n), done == n and "\n" or "")
end

-- The matrix: one buffer, used again for each piece.
local file = assert(io.open(folder .. "/similarity.f32", "wb"))
local buffer = ffi.new("float[?]", rows_at_a_time * n)
for first = 1, n, rows_at_a_time do
  local count = math.min(rows_at_a_time, n - first + 1)
  assert(ctx:similarity_rows(first, count, { buffer = buffer }))
  assert(file:write(ffi.string(buffer, count * n * 4)))
  progress("rows", first + count - 1)
end
assert(file:close())

-- The sequences: the iterator computes a batch whenever it needs one.
file = assert(io.open(folder .. "/sequences.txt", "w"))
local done = 0
for _, sequence in ctx:diversity_sequences(nil, { length = length }) do
  assert(file:write(table.concat(sequence, " "), "\n"))
  done = done + 1
  if done % 100 == 0 or done == n then
    progress("sequences", done)
  end
end
assert(file:close())
ctx:close()
