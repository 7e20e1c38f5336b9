-- SPDX-License-Identifier: MIT
-- The similarity matrix of an upload, in calls of about a second.
--
-- A matrix that fits into device memory is kept, and computed from the top down, so that all rows
-- in pieces cost what they cost in one call. Without that memory they cost twice as much: each
-- similarity is computed for both of its rows.

local ffi = require("ffi")
local calls = require("vk_compute.calls")

local matrix = {}

-- Rows of the first call, which tells how fast the device is; a tile of the library.
matrix.first_rows = 64

-- From this part of its rows on, the whole matrix is worth computing. The library thinks so
-- too (vulkan_compute.h), and would compute it within a call.
local worth = 1 / 8

--- What is known of the matrix of an upload that has just been made.
-- `asked`: rows that were asked for, but for the first ones; `ready`: it is there, as far as it
-- fits; `pace`: seconds that a walk takes for an element, nil until one was taken.
function matrix.new()
  return { asked = 0, ready = false }
end

--- Computes the matrix, where it fits.
-- @return the library's result
function matrix.prepare(ctx)
  local state, fraction = ctx.matrix, ffi.new("double[1]")
  while not state.ready do
    local result = calls.timed(ctx.lib.vkc_lua_prepare_matrix, ctx.handle, calls.target, fraction)
    if result ~= 0 then
      return result
    end
    state.ready = fraction[0] == 1
  end
  return 0
end

--- Whether so many more rows make the matrix worth computing.
function matrix.is_worth(ctx, count)
  return ctx.matrix.asked + count >= math.floor(ctx.ids.n * worth)
end

--- Before calls for this many rows, `anywhere` or from the top.
-- @return the library's result
function matrix.expect(ctx, count, anywhere)
  if not anywhere then
    return 0
  end
  local is_worth = matrix.is_worth(ctx, count)
  ctx.matrix.asked = ctx.matrix.asked + count
  return is_worth and matrix.prepare(ctx) or 0
end

--- Rows first … last-1, from 0, into memory for them.
-- @return the library's result
function matrix.take(ctx, first, last, floats)
  local result = matrix.expect(ctx, last - first, first > 0)
  local at, count = first, matrix.first_rows
  while result == 0 and at < last do
    local seconds
    count = math.min(count, last - at)
    result, seconds = calls.timed(ctx.lib.vkc_lua_compute_similarity_rows, ctx.handle, at, count,
      floats + (at - first) * ctx.ids.n)
    at = at + count
    count = calls.next_size(count, seconds)
  end
  return result
end

return matrix
