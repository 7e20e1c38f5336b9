-- SPDX-License-Identifier: MIT
-- Diversity sequences from the library, in calls that are not too long.

local ffi = require("ffi")
local calls = require("vk_compute.calls")
local matrix = require("vk_compute.matrix")
local memory = require("vk_compute.memory")

local walks = {}

-- Elements that the first piece of a walk adds.
local first_steps = 16

local function timed(ctx, prefixes, count, prefix_length, length, output)
  return calls.timed(ctx.lib.vkc_lua_compute_diversity_sequences, ctx.handle, prefixes, count,
    prefix_length, length, output)
end

-- Without the matrix a walk takes a hundred times as long: so it is made in pieces, each of which
-- continues what is there. Each has to take what is there once more, which is quicker than finding
-- it: so a piece adds what takes about as long, or a second at least.
local function in_pieces(ctx, prefixes, count, prefix_length, length, output)
  -- The result of a piece, packed as it is, is the prefixes of the next.
  local given, message = memory.collected("uint32_t[?]", count * length, 4)
  if not given then
    return nil, message
  end
  ffi.copy(given, prefixes, count * prefix_length * 4)
  local there, steps, least, total = prefix_length, first_steps, math.huge, 0
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
-- With the matrix a walk is one call. It is quick (a tenth of a second for 8,000 items), and to
-- take again what is there costs as much as finding it: pieces would gain nothing.
-- @return the library's result, or nil and a message
-- @return how many seconds it took, but for the matrix
function walks.continue(ctx, prefixes, count, prefix_length, length, output)
  local rows = count * (length - 1)
  if ctx.matrix.asked + rows >= math.floor(ctx.ids.n / 8) then
    local result = matrix.expect(ctx, rows, true)
    if result ~= 0 then
      return result, 0
    elseif ctx.matrix.kept then
      return timed(ctx, prefixes, count, prefix_length, length, output)
    end
  end
  return in_pieces(ctx, prefixes, count, prefix_length, length, output)
end

return walks
