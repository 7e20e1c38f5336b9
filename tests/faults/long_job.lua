-- SPDX-License-Identifier: MIT
-- A job of minutes, for somebody to interrupt: says "started" when it begins, "interrupted" when
-- the interpreter comes back with that error, and "intact" when the same context still gives the
-- right answers. Argument: which job.

local ffi = require("ffi")
local vk = require("vk_compute")

local n, dim = 6000, 256
local rows = ffi.new("float[?]", n * dim)
for i = 0, n * dim - 1 do
  rows[i] = (i * 7919) % 1009 - 504
end

local jobs = {
  sequences = function(ctx)
    for _ in ctx:diversity_sequences() do -- luacheck: ignore 542
    end
  end,
  similarity = function(ctx)
    while true do
      ctx:upload_embeddings(rows, { n = n, dim = dim })
      ctx:similarity()
    end
  end,
  neighbors = function(ctx)
    while true do
      ctx:upload_embeddings(rows, { n = n, dim = dim })
      ctx:nearest_neighbors(5)
    end
  end,
}

local function first_ten(ctx)
  return table.concat(assert(ctx:diversity_sequence(17, { length = 10 })), " ")
end

local ctx = assert(vk.new())
assert(ctx:upload_embeddings(rows, { n = n, dim = dim }))
local expected = first_ten(ctx)
io.write("started\n")
io.flush()
local ok, message = pcall(jobs[arg[1]], ctx)
io.write(not ok and tostring(message):find("interrupted") and "interrupted" or "ended: "
  .. tostring(message), "\n")
io.flush()
assert(ctx:upload_embeddings(rows, { n = n, dim = dim }))
assert(first_ten(ctx) == expected, "other answers than before")
ctx:close()
io.write("intact\n")
