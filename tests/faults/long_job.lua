-- SPDX-License-Identifier: MIT
-- A job that takes minutes, to be interrupted. Prints "started" when it begins, "interrupted" when
-- the interpreter raises that error, and "intact" if the same context still gives the right
-- answers. Argument: the name of the job.

local ffi = require("ffi")
local vk = require("vk_compute")

local dim = 256

local function make(n)
  local rows = ffi.new("float[?]", n * dim)
  for i = 0, n * dim - 1 do
    rows[i] = (i * 7919) % 1009 - 504
  end
  return rows
end

-- Data of several sizes, because an interrupted upload must not leave the size of another one.
local sizes = { 6000, 5000, 7000 }
local largest = math.max(unpack(sizes))
local rows = make(largest)

local function forever(ctx, work)
  while true do
    for _, n in ipairs(sizes) do
      ctx:upload_embeddings(rows, { n = n, dim = dim })
      work(ctx)
    end
  end
end

-- Work that would take the library many seconds in a single call.
local function alone(work)
  return function(ctx)
    local n = 22000
    local many = make(n)
    assert(ctx:upload_embeddings(many, { n = n, dim = dim }))
    return function()
      while true do
        work(ctx)
        assert(ctx:upload_embeddings(many, { n = n, dim = dim }))
      end
    end
  end
end

local jobs = {
  sequences = function(ctx)
    return function()
      for _ in ctx:diversity_sequences() do -- luacheck: ignore 542
      end
    end
  end,
  similarity = function(ctx)
    return function() forever(ctx, ctx.similarity) end
  end,
  neighbors = function(ctx)
    return function() forever(ctx, function() ctx:nearest_neighbors(5) end) end
  end,
  ["one-similarity"] = alone(function(ctx) ctx:similarity() end),
  ["one-table"] = alone(function(ctx) ctx:compute_similarity_matrix() end),
  ["one-sequence"] = alone(function(ctx) ctx:diversity_sequence(1) end),
  ["one-neighbors"] = alone(function(ctx) ctx:nearest_neighbors(5) end),
}

local function first_ten(ctx)
  return table.concat(assert(ctx:diversity_sequence(17, { length = 10 })), " ")
end

local ctx = assert(vk.new())
assert(ctx:upload_embeddings(rows, { n = sizes[1], dim = dim }))
local expected = first_ten(ctx)
local job = jobs[arg[1]](ctx)
io.write("started\n")
io.flush()
local ok, message = pcall(job)
io.write(not ok and tostring(message):find("interrupted") and "interrupted" or "ended: "
  .. tostring(message), "\n")
io.flush()
-- Keeps the embeddings if the interrupt left any: a wrong size would write past a buffer.
if ctx:size() > 0 and ctx:size() <= largest then
  local view, reach = ctx:similarity(), ctx:size()
  assert(view:get(1, reach) == view:get(reach, 1), "not symmetric any more")
end
assert(ctx:upload_embeddings(rows, { n = sizes[1], dim = dim }))
assert(first_ten(ctx) == expected, "other answers than before")
ctx:close()
io.write("intact\n")
