-- SPDX-License-Identifier: MIT
-- Computes the similarity matrix of an upload in calls of about a second.
--
-- If the matrix fits into device memory, the library keeps it and computes it from the top, so that
-- reading all rows in several calls takes no more work than in one. Otherwise several calls take
-- twice the work, because each similarity is computed for both of its rows.

local ffi = require("ffi")
local calls = require("vk_compute.calls")

local matrix = {}

-- Rows of the first call, which measures the speed of the device. One tile of the library.
matrix.first_rows = 64

-- The share of the rows from which on computing the whole matrix is worthwhile. The library uses
-- the same share (vulkan_compute.h) and would compute the matrix within a single call.
local min_share = 1 / 8

--- Returns the state of the matrix after an upload.
-- `requested`: rows requested so far, other than from the top; `ready`: the library has computed
-- the matrix, or it does not fit; `seconds_per_element`: duration of one element of a sequence, nil
-- before the first sequence.
function matrix.new()
  return { requested = 0, ready = false }
end

--- Computes the matrix if it fits.
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

--- Returns whether `count` further rows make computing the whole matrix worthwhile.
function matrix.is_worthwhile(ctx, count)
  return ctx.matrix.requested + count >= math.floor(ctx.ids.n * min_share)
end

--- Prepares for calls that need `count` rows: computes the matrix if that is worthwhile.
-- @param anywhere whether the rows are anywhere in the matrix, instead of in order from the top
-- @return the library's result
function matrix.prepare_for(ctx, count, anywhere)
  if not anywhere then
    return 0
  end
  local is_worthwhile = matrix.is_worthwhile(ctx, count)
  ctx.matrix.requested = ctx.matrix.requested + count
  return is_worthwhile and matrix.prepare(ctx) or 0
end

--- Reads the rows first … past_end - 1, starting at 0.
-- @param floats float *, to (past_end - first) x n floats
-- @return the library's result
function matrix.read_rows(ctx, first, past_end, floats)
  local result = matrix.prepare_for(ctx, past_end - first, first > 0)
  local next_row, count = first, matrix.first_rows
  while result == 0 and next_row < past_end do
    local seconds
    count = math.min(count, past_end - next_row)
    result, seconds = calls.timed(ctx.lib.vkc_lua_compute_similarity_rows, ctx.handle, next_row,
      count, floats + (next_row - first) * ctx.ids.n)
    next_row = next_row + count
    count = calls.next_size(count, seconds)
  end
  return result
end

return matrix
