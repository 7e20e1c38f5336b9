-- SPDX-License-Identifier: MIT
-- The similarity matrix of an upload, in calls of about a second.
--
-- A matrix that fits into device memory is kept, and computed from the top down, so that all rows
-- in pieces cost what they cost in one call. Without that memory they cost twice as much: each
-- similarity is computed for both of its rows.

local calls = require("vk_compute.calls")
local device = require("vk_compute.device")
local memory = require("vk_compute.memory")

local matrix = {}

-- Rows of the first call, which tells how fast the device is; a tile of the library.
matrix.first_rows = 64

--- What is known of the matrix of an upload that has just been made.
-- `kept`: whether the library keeps it, nil until the first rows are there; `ready`: it takes no
-- call that is long any more; `asked`: rows that were asked for, but for the first ones.
function matrix.new(ctx)
  local info = device.of(ctx.lib, ctx.handle)
  return { used = info and info.memory_used or 0, asked = 0, ready = false }
end

local function ask(ctx, first, count, floats)
  return calls.timed(ctx.lib.vkc_lua_compute_similarity_rows, ctx.handle, first, count, floats)
end

-- Whether the library has memory for the matrix, once it has begun with it.
local function learn(ctx)
  local state, info = ctx.matrix, device.of(ctx.lib, ctx.handle)
  state.kept = info ~= nil and info.memory_used - state.used >= 4 * ctx.ids.n ^ 2
end

--- Computes the matrix, where it is kept, until what is left of it may be a part of any call.
-- @return the library's result
function matrix.prepare(ctx)
  local state, n = ctx.matrix, ctx.ids.n
  local at, count = 0, matrix.first_rows
  while not state.ready do
    count = math.min(count, n - at)
    local buffer = memory.borrow("float *", count * n * 4)
    if not buffer then
      return 0 -- what has to be said, the call that follows says
    end
    local result, seconds = ask(ctx, at, count, buffer)
    memory.release(buffer)
    if result ~= 0 then
      return result
    elseif state.kept == nil then
      learn(ctx)
    end
    at = at + count
    -- Rows further down cost less.
    local left = seconds / count * (n - at)
    state.ready = not state.kept or at == n or left <= calls.patience
    count = calls.next_size(count, seconds)
  end
  return 0
end

--- Before calls for this many rows, `anywhere` or from the top. Where an eighth of all rows has
-- been asked for, the library computes the matrix down to any row that is asked for then.
-- @return the library's result
function matrix.expect(ctx, count, anywhere)
  local state = ctx.matrix
  state.asked = state.asked + (anywhere and count or 0)
  return state.asked >= math.floor(ctx.ids.n / 8) and anywhere and matrix.prepare(ctx) or 0
end

--- Rows first … last-1, from 0, into memory for them.
-- @return the library's result
function matrix.take(ctx, first, last, floats)
  local result = matrix.expect(ctx, last - first, first > 0)
  local at, count = first, matrix.first_rows
  while result == 0 and at < last do
    local seconds
    count = math.min(count, last - at)
    result, seconds = ask(ctx, at, count, floats + (at - first) * ctx.ids.n)
    at = at + count
    count = calls.next_size(count, seconds)
  end
  return result
end

return matrix
