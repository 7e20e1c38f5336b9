-- SPDX-License-Identifier: MIT

-- Computes results that may exceed memory, in several calls, and writes them to files:
--
--    luajit examples/pieces.lua [ITEMS [FOLDER]]
--
-- Writes the matrix as 32-bit floats to FOLDER/similarity.f32 and, for each item, a line with the
-- first 20 items of its diversity sequence to FOLDER/sequences.txt. Shows progress between two
-- calls.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/../lua/?.lua;" .. package.path

local ffi = require("ffi")
local vk = require("vk_compute")

local n, folder = tonumber(arg[1] or "2000"), arg[2] or "."
local dim, length, rows_per_call = 32, math.min(20, n), 512

-- The library reads embeddings in cdata directly, without a copy.
local embeddings = ffi.new("float[?]", n * dim)
for i = 0, n * dim - 1 do
  embeddings[i] = math.random() - 0.5
end

local ctx = assert(vk.new())
assert(ctx:upload_embeddings(embeddings, { n = n, dim = dim }))

local function show_progress(what, done)
  io.stderr:write(("\r%s: %d of %d"):format(what, done, n), done == n and "\n" or "")
end

-- The matrix: all calls use the same buffer.
local file = assert(io.open(folder .. "/similarity.f32", "wb"))
local buffer = ffi.new("float[?]", rows_per_call * n)
for first = 1, n, rows_per_call do
  local count = math.min(rows_per_call, n - first + 1)
  assert(ctx:similarity_rows(first, count, { buffer = buffer }))
  assert(file:write(ffi.string(buffer, count * n * 4)))
  show_progress("rows", first + count - 1)
end
assert(file:close())

-- The sequences: the iterator computes them in batches.
file = assert(io.open(folder .. "/sequences.txt", "w"))
local done = 0
for _, sequence in ctx:diversity_sequences(nil, { length = length }) do
  assert(file:write(table.concat(sequence, " "), "\n"))
  done = done + 1
  if done % 100 == 0 or done == n then
    show_progress("sequences", done)
  end
end
assert(file:close())
ctx:close()
