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

--- Returns the state of the matrix after an upload.
-- `ready`: the library has computed the matrix, or it does not fit.
function matrix.new()
  return { ready = false }
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

--- Prepares for calls that need `count` rows, anywhere in the matrix: computes it if that pays.
-- @return the library's result
function matrix.prepare_for(ctx, count)
  local pays = ffi.new("uint32_t[1]")
  local result = ctx.lib.vkc_lua_matrix_pays(ctx.handle, count, pays)
  if result == 0 and pays[0] == 1 then
    result = matrix.prepare(ctx)
  end
  return result
end

--- Reads the rows first … past_end - 1, starting at 0.
-- @param floats float *, to (past_end - first) x n floats
-- @return the library's result
function matrix.read_rows(ctx, first, past_end, floats)
  local result = first > 0 and matrix.prepare_for(ctx, past_end - first) or 0
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
