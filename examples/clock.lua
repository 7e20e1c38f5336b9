-- SPDX-License-Identifier: MIT

--- The time that passes, for measuring how long a step takes (os.clock counts
-- what all threads of the process compute, os.time whole seconds).
-- @module clock

local ffi = require("ffi")

pcall(ffi.cdef, [[
  struct example_timeval { long seconds; long microseconds; };
  int gettimeofday(struct example_timeval *now, void *zone);
]])

local clock = {}
local value = ffi.new("struct example_timeval")

--- Seconds since 1970, to the microsecond.
function clock.now()
  ffi.C.gettimeofday(value, nil)
  return tonumber(value.seconds) + tonumber(value.microseconds) / 1e6
end

return clock
