-- SPDX-License-Identifier: MIT
-- Times calls of the library and sizes them so that Ctrl-C takes effect between two calls.

local ffi = require("ffi")
require("vk_compute.cdef")

local calls = {}

--- Target duration of a call, in seconds: long enough to keep the device busy, short enough for
-- Ctrl-C to feel immediate.
calls.target = 0.7

-- CLOCK_MONOTONIC is not affected when the system time is set.
local monotonic = ({ OSX = 6, BSD = 4 })[ffi.os] or 1
local now = ffi.new("VkcLuaTimespec")

--- Returns the seconds since an arbitrary fixed moment.
function calls.clock()
  ffi.C.vkc_lua_clock_gettime(monotonic, now)
  return tonumber(now.seconds) + tonumber(now.nanoseconds) * 1e-9
end

--- Calls a function of the library.
-- @return its result
-- @return its duration in seconds
function calls.timed(call, ...)
  local began = calls.clock()
  local result = call(...)
  return result, calls.clock() - began
end

-- The largest ratio between the sizes of two successive calls.
local max_growth = 4

--- Returns the size for the next call, after a call of `size` that took `seconds`.
function calls.next_size(size, seconds)
  local growth = math.min(max_growth, calls.target / math.max(seconds, 1e-3))
  return math.max(1, math.floor(size * growth))
end

-- SIGINT raises an error in the interpreter only; a compiled loop would run to its end. LuaJIT does
-- not compile loops that call a function for which compilation is off.
jit.off(calls.timed)

return calls
