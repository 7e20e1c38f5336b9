-- SPDX-License-Identifier: MIT
-- What a cdata is: an array or pointer, or a number.
--
-- A type, such as ffi.typeof("float *"), is a cdata, too. Most functions of ffi take it for a value
-- of that type: even a cast succeeds, and gives a pointer to an address that is not mapped.

local ffi = require("ffi")
local errors = require("vk_compute.errors")

local ctype = {}

-- Whether it is the type itself, instead of a value of it. (The __tostring of a struct may raise.)
local function is_type(value)
  local ok, text = pcall(tostring, value)
  return ok and type(text) == "string" and text:find("^ctype<") ~= nil
end

--- The name of a cdata's type, such as "float *"; of a type itself "ctype<float *>".
function ctype.name(value)
  local text = tostring(ffi.typeof(value))
  return is_type(value) and text or text:match("^ctype<(.*)>$")
end

--- Describes an array of numbers, or a pointer to them.
-- @usage ctype.array(ffi.new("const float[8]")) --> { element = "float", constant = true,
-- bytes = 32 }
-- @return a table with element, constant (also for volatile) and, where the size is known, bytes;
-- nil for any other cdata, types among them
function ctype.array(value)
  local name = ctype.name(value)
  local text = name:gsub("%f[%a]const%f[%A] ?", ""):gsub("%f[%a]volatile%f[%A] ?", "")
  local element, shape = text:match("^(%a[%w_ ]-) ?([%*%[%(].*)$")
  -- No pointers to pointers, no arrays of pointers, no functions.
  if not element or shape:find("%*.*%*") or shape:find("%*%[") or shape:find("%(%)") then
    return nil
  end
  local bytes
  if not shape:find("*", 1, true) then
    local known, size = pcall(ffi.sizeof, value) -- raises for the open end of a struct
    bytes = known and size or nil
  end
  return { element = element, constant = text ~= name, bytes = bytes }
end

--- The value of a number that is C data: of any integer type, an enum, float or double.
-- @return a Lua number, where one is exactly that; nil for what is no number
-- @return for other 64-bit integers their decimal digits
function ctype.number(value)
  local number = tonumber(value)
  local name = number and ctype.name(value)
  if not number or name:find("bool", 1, true) or name:find("complex", 1, true)
    or name:find("^ctype<") then
    return nil
  end
  local digits = tostring(value):match("^(%-?%d+)U?LL$")
  if digits and ("%.0f"):format(number) ~= digits then
    return nil, digits
  end
  return number
end

--- An id as a person would write it, short: as errors.show, but numbers that are C data by value.
function ctype.show(value)
  if type(value) ~= "cdata" then
    return errors.show(value)
  end
  local number, digits = ctype.number(value)
  if number or digits then
    return tostring(value):match("^%-?%d+U?LL$") or errors.show(number)
  end
  return ("a '%s'"):format(ctype.name(value))
end

return ctype
