-- SPDX-License-Identifier: MIT
-- Continues prefixes to diversity sequences, in calls of about a second.

local ffi = require("ffi")
local calls = require("vk_compute.calls")
local matrix = require("vk_compute.matrix")
local memory = require("vk_compute.memory")

local continuation = {}

--- Multiply-adds per second of a slow device, to estimate the duration of the first sequence.
continuation.assumed_rate = 1e9

local function timed(ctx, prefixes, count, prefix_length, length, output)
  return calls.timed(ctx.lib.vkc_lua_compute_diversity_sequences, ctx.handle, prefixes, count,
    prefix_length, length, output)
end

-- Estimates the duration of computing this many elements of sequences.
local function expected_seconds(ctx, elements)
  local per_element = ctx.matrix.seconds_per_element
    or ctx.ids.n * ctx.dim / continuation.assumed_rate
  return elements * per_element
end

-- Each call continues the result of the previous one. It must replay that result as a prefix, which
-- is faster than computing it. Each call therefore adds as many elements as take the same time as
-- the replay, or the target duration if that is longer.
local function in_several_calls(ctx, prefixes, count, prefix_length, length, output)
  -- The packed result of a call is the prefixes of the next.
  local current, message = memory.collected("uint32_t[?]", count * length, 4)
  if not current then
    return nil, message
  end
  ffi.copy(current, prefixes, count * prefix_length * 4)
  local done, replay_cost, total = prefix_length, math.huge, 0
  local steps = math.max(1, math.floor(calls.target / expected_seconds(ctx, count)))
  while true do
    local goal = math.min(length, done + steps)
    local prepared = matrix.prepare_for(ctx, count * (goal - 1))
    if prepared ~= 0 then
      return prepared, total
    end
    local result, seconds = timed(ctx, current, count, done, goal, output)
    total = total + seconds
    if result ~= 0 or goal == length then
      return result, total
    end
    -- Replaying an element takes at most the mean time per element of any call.
    replay_cost = math.min(replay_cost, seconds / goal)
    local step_cost = math.max(seconds - replay_cost * done, seconds / 8) / (goal - done)
    done = goal
    steps = math.max(1, math.floor(math.max(calls.target, replay_cost * done) / step_cost))
    ffi.copy(current, output, count * done * 4)
  end
end

--- Continues `count` prefixes to sequences of `length`.
-- Uses a single call if that is expected to be fast: with the matrix, a sequence of 8,000 items
-- takes a tenth of a second.
-- @param prefixes count x prefix_length indices starting at 0
-- @param output count x length indices, filled by this function
-- @return the library's result, or nil and a message
-- @return the duration in seconds, without that of the matrix
function continuation.compute(ctx, prefixes, count, prefix_length, length, output)
  local elements = count * (length - 1)
  local result, seconds = matrix.prepare_for(ctx, elements), 0
  if result == 0 and expected_seconds(ctx, elements) <= calls.target then
    result, seconds = timed(ctx, prefixes, count, prefix_length, length, output)
  elseif result == 0 then
    result, seconds = in_several_calls(ctx, prefixes, count, prefix_length, length, output)
  end
  if result == 0 and elements > 0 then
    ctx.matrix.seconds_per_element = seconds / elements
  end
  return result, seconds
end

return continuation
