-- SPDX-License-Identifier: MIT
-- Long calls of the library, timed, and in a way that Ctrl-C gets through between two of them.

local ffi = require("ffi")
require("vk_compute.cdef")

local calls = {}

--- How long a call should take, in seconds: enough to keep the device busy, not so long that a
-- person who presses Ctrl-C waits.
calls.target = 0.7

-- CLOCK_MONOTONIC: no time server or person sets it while work is being timed.
local monotonic = ({ OSX = 6, BSD = 4 })[ffi.os] or 1
local now = ffi.new("VkcLuaTimespec")

--- Seconds since some moment in the past.
function calls.clock()
  ffi.C.vkc_lua_clock_gettime(monotonic, now)
  return tonumber(now.seconds) + tonumber(now.nanoseconds) * 1e-9
end

--- Calls a function of the library.
-- @return its result
-- @return how many seconds it took
function calls.timed(call, ...)
  local began = calls.clock()
  local result = call(...)
  return result, calls.clock() - began
end

-- How much larger than the one before a call may be.
local growth = 4

--- How much the next call should do, after one that did `size` in `seconds`.
function calls.next_size(size, seconds)
  return math.max(1, math.floor(size * math.min(growth, calls.target / math.max(seconds, 1e-3))))
end

-- The signal makes the interpreter raise at its next instruction, which compiled code never asks
-- for: a compiled loop would run to its end. No loop is compiled that calls what must not be.
jit.off(calls.timed)

return calls
