-- SPDX-License-Identifier: MIT
-- Diversity sequences from the library, in calls that are not too long.

local ffi = require("ffi")
local calls = require("vk_compute.calls")
local matrix = require("vk_compute.matrix")
local memory = require("vk_compute.memory")

local continuation = {}

--- Multiply-adds a second of a slow device: how long a walk may take, before one was taken.
continuation.slow = 1e9

local function timed(ctx, prefixes, count, prefix_length, length, output)
  return calls.timed(ctx.lib.vkc_lua_compute_diversity_sequences, ctx.handle, prefixes, count,
    prefix_length, length, output)
end

-- How long so many elements of walks will take: as long as those before.
local function expected_seconds(ctx, elements)
  return elements * (ctx.matrix.pace or ctx.ids.n * ctx.dim / continuation.slow)
end

-- Each piece continues what is there. It has to take what is there once more, which is quicker than
-- finding it: so a piece adds what takes about as long, or a second at least.
local function in_pieces(ctx, prefixes, count, prefix_length, length, output)
  -- The result of a piece, packed as it is, is the prefixes of the next.
  local given, message = memory.collected("uint32_t[?]", count * length, 4)
  if not given then
    return nil, message
  end
  ffi.copy(given, prefixes, count * prefix_length * 4)
  local there, least, total = prefix_length, math.huge, 0
  local steps = math.max(1, math.floor(calls.target / expected_seconds(ctx, count)))
  while true do
    local upto = math.min(length, there + steps)
    local expected = matrix.expect(ctx, count * (upto - 1), true)
    if expected ~= 0 then
      return expected, total
    end
    local result, seconds = timed(ctx, given, count, there, upto, output)
    total = total + seconds
    if result ~= 0 or upto == length then
      return result, total
    end
    -- To take an element again costs no more than an element of any piece did.
    least = math.min(least, seconds / upto)
    local finding = math.max(seconds - least * there, seconds / 8) / (upto - there)
    there = upto
    steps = math.max(1, math.floor(math.max(calls.target, least * there) / finding))
    ffi.copy(given, output, count * there * 4)
  end
end

--- Continues `count` prefixes (from 0, packed) to sequences of `length`.
-- What is quick is one call: with the matrix a walk among 8,000 items takes a tenth of a second.
-- @return the library's result, or nil and a message
-- @return how many seconds it took, but for the matrix
function continuation.compute(ctx, prefixes, count, prefix_length, length, output)
  local elements = count * (length - 1)
  local result, seconds = 0, 0
  if matrix.is_worth(ctx, elements) then
    result = matrix.prepare(ctx)
  end
  if result == 0 and expected_seconds(ctx, elements) <= calls.target then
    result = matrix.expect(ctx, elements, true)
    if result == 0 then
      result, seconds = timed(ctx, prefixes, count, prefix_length, length, output)
    end
  elseif result == 0 then
    result, seconds = in_pieces(ctx, prefixes, count, prefix_length, length, output)
  end
  if result == 0 and elements > 0 then
    ctx.matrix.pace = seconds / elements
  end
  return result, seconds
end

return continuation
