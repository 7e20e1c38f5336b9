-- SPDX-License-Identifier: MIT
-- The similarity matrix of an upload, computed in calls of about a second.
--
-- What the calls rely on (src/gram.c): a matrix that fits into device memory is kept, and then only
-- the half above its diagonal is computed, row after row from the top, as far down as rows were
-- asked for. The library begins to keep it when an eighth of all rows have been asked for. Rows
-- asked for before are computed for that once, both halves of them; so are all rows of a matrix
-- that does not fit.
--
-- Hence: what is done quickly is one call. Otherwise the first calls are small, and tell how fast
-- the device is. The first eighth of the rows is a quarter of the work: where that is bearable as
-- one call, it is one, and nothing is computed twice. Where it is not, which is from eight
-- seconds in all on, that eighth is asked for in small pieces, and computed again when the matrix
-- is kept: a quarter more work in all. Of a matrix that does not fit, all rows in pieces are twice
-- the work of one call.

local calls = require("vk_compute.calls")
local device = require("vk_compute.device")
local memory = require("vk_compute.memory")

local Matrix = {}
Matrix.__index = Matrix

-- Multiply-adds a second that a device is good for until it has been measured, by its type. So
-- 8,000 rows of 768 numbers are one call on any.
local usual_rate = { CPU = 1.3e10, ["discrete GPU"] = 2 ^ 37 }
local least_rate = 2 ^ 35

-- What handing over a similarity costs, in multiply-adds of a CPU.
local reading = 8

--- Of an upload that has just been made.
function Matrix.new(ctx, n, dim)
  local self = setmetatable({ ctx = ctx, n = n, dim = dim }, Matrix)
  self.asked = 0 -- rows
  self.ready = 0 -- rows of the kept matrix, from the top
  self.kept = nil -- whether the library keeps it; known after the first call
  local info = device.of(ctx.lib, ctx.handle) or {}
  self.used = info.memory_used or 0
  self.rate = ctx.rate or usual_rate[info.type] or least_rate
  return self
end

-- How many more rows must be asked for until the matrix is kept; 0 when it is.
local function missing(self)
  return self.ready > 0 and 0 or math.max(0, math.floor(self.n / 8) - self.asked)
end

-- Multiply-adds that bring the kept matrix down to `row`.
local function half(self, row)
  local left, after = self.n - self.ready, self.n - math.max(self.ready, row)
  return (left * left - after * after) / 2 * self.dim
end

-- Of what a call costs for rows up to `last`: what is computed, at most.
local function work(self, first, last)
  local both = (last - first) * self.n * self.dim
  if first == 0 and last == self.n and self.kept ~= true then
    return both / 2 -- in one call it is half the work in any case
  elseif self.kept == false or last - first < missing(self) then
    return both
  end
  return self.kept and half(self, last) or math.max(both, half(self, last))
end

local function seconds(self, first, last)
  return (work(self, first, last) + (last - first) * self.n * reading) / self.rate
end

-- Whether rows first … last-1 (from 0) are best asked for in one call.
local function is_short(self, first, last)
  return seconds(self, first, last) <= calls.patience
end

-- The row to which a call of the usual length brings the kept matrix.
local function depth(self)
  local left = self.n - self.ready
  local rest = left * left - 2 * calls.target * self.rate / self.dim
  return rest > 0 and math.max(self.ready + 1, math.floor(self.n - math.sqrt(rest))) or self.n
end

-- The end of the next call for rows first … last-1.
local function next_end(self, first, last)
  local lacking = missing(self)
  if is_short(self, first, last) then
    return last
  elseif self.kept == nil then
    return first + 1 -- makes the kernels, and tells whether the matrix is kept
  elseif self.kept and lacking <= 1 then
    return math.min(last, math.max(first + 1, depth(self)))
  elseif self.kept and self.ctx.rate and lacking <= last - first
    and is_short(self, first, first + lacking) then
    return first + lacking
  end
  local piece = self.ctx.rate and calls.target or calls.target / 10 -- to measure the device
  local rows = math.floor(piece * self.rate / (self.n * (self.dim + reading)))
  if self.kept then
    rows = math.min(rows, lacking - 1) -- one more would make all above it in the same call
  end
  return math.min(last, first + math.max(1, rows))
end

-- Notes whether the library has memory for the matrix now.
local function learn(self)
  if self.kept == nil then
    local info = device.of(self.ctx.lib, self.ctx.handle)
    self.kept = info ~= nil and info.memory_used - self.used >= 4 * self.n * self.n
  end
end

--- One call that asks for rows first … last-1. Its arguments after the context follow.
-- @return the library's result, and seconds
function Matrix:call(call, first, last, ...)
  local ctx, known = self.ctx, self.kept ~= nil
  local expected = work(self, first, last)
  local keeps = self.kept and last - first >= missing(self)
  -- Noted before the call, so that it is not forgotten when the call is interrupted.
  self.asked = self.asked + last - first
  if keeps then
    self.ready = math.max(self.ready, last)
  end
  local result, took = calls.timed(call, ctx.handle, ...)
  if result ~= 0 then
    self.ready = 0 -- what was in the making is thrown away
  else
    learn(self)
    -- The first call has more to do. What a short one is held up by says little: it can only show
    -- that the device is faster.
    local rate = expected / took
    if known and expected > (last - first) * self.n * reading
      and (took > calls.target / 20 or rate > self.rate) then
      self.rate = rate
      ctx.rate = rate
    end
  end
  return result, took
end

--- Notes that a call has made the whole matrix, if it is one to keep.
function Matrix:note_whole()
  learn(self)
  if self.kept then
    self.ready = self.n
  end
end

local function ask(self, first, last, floats)
  return (self:call(self.ctx.lib.vkc_lua_compute_similarity_rows, first, last, first, last - first,
    floats))
end

--- Rows first … last-1, from 0, into memory for them.
-- @return the library's result
function Matrix:take(first, last, floats)
  local n, result, at = self.n, 0, first
  local whole = first == 0 and last == n
  while result == 0 and at < last do
    local to = floats + (at - first) * n
    if self.kept and missing(self) <= 1 and self.ready < at then
      -- Rows above come first. One is read, in a place that gets another row later.
      local row = math.min(at, depth(self)) - 1
      result = ask(self, row, row + 1, to)
    elseif whole and not self.kept and is_short(self, 0, n) then
      result = self:call(self.ctx.lib.vkc_lua_compute_similarity_matrix, 0, n, floats)
      self:note_whole()
      at = n
    else
      local upto = next_end(self, at, last)
      result = ask(self, at, upto, to)
      at = upto
    end
  end
  return result
end

--- Before a call that needs the whole matrix, where there is one: makes it, unless that call may
-- as well.
-- @return the library's result
function Matrix:prepare()
  local n, result = self.n, 0
  while result == 0 and self.kept ~= false and self.ready < n do
    local keeps = self.kept and missing(self) <= 1
    if not keeps and is_short(self, 0, n) then
      return 0
    end
    local last = keeps and depth(self) or next_end(self, 0, n)
    local first = keeps and last - 1 or 0
    local buffer = memory.borrow("float *", (last - first) * n * 4)
    if not buffer then
      return 0 -- then without: what has to be said, the call that follows says
    end
    result = ask(self, first, last, buffer)
    memory.release(buffer)
  end
  return result
end

--- How many of the rows first … last-1 a call for their nearest neighbours should ask for.
function Matrix:rows_at_once(first, last)
  return next_end(self, first, last) - first
end

--- Whether the library answers for this many rows from the whole matrix.
function Matrix:is_used_for(rows)
  return self.kept ~= false and rows >= missing(self)
end

return Matrix
