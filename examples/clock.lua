-- SPDX-License-Identifier: MIT

--- Measures elapsed time. (os.clock returns the CPU time of all threads, os.time whole
-- seconds.)
-- @module clock

local ffi = require("ffi")

pcall(ffi.cdef, [[
  struct example_timeval { long seconds; long microseconds; };
  int gettimeofday(struct example_timeval *now, void *zone);
]])

local clock = {}
local value = ffi.new("struct example_timeval")

--- Returns the seconds since 1970, with microsecond resolution.
function clock.now()
  ffi.C.gettimeofday(value, nil)
  return tonumber(value.seconds) + tonumber(value.microseconds) / 1e6
end

return clock
