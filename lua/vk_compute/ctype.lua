-- SPDX-License-Identifier: MIT
-- Classifies cdata: arrays, pointers and numbers.
--
-- A ctype object, such as ffi.typeof("float *"), is cdata too. Most functions of ffi accept it like
-- a value of that type: even a cast succeeds and returns a pointer to an unmapped address.

local ffi = require("ffi")
local errors = require("vk_compute.errors")

local ctype = {}

-- Returns whether `value` is a ctype object. Uses pcall because the __tostring of a struct can
-- raise an error.
local function is_type(value)
  local ok, text = pcall(tostring, value)
  return ok and type(text) == "string" and text:find("^ctype<") ~= nil
end

--- Returns the name of a cdata's type, such as "float *", or "ctype<float *>" for a ctype object.
function ctype.name(value)
  local text = tostring(ffi.typeof(value))
  return is_type(value) and text or text:match("^ctype<(.*)>$")
end

--- Describes an array of numbers or a pointer to numbers.
-- @usage ctype.array(ffi.new("const float[8]")) --> { element = "float", constant = true,
-- owned = true, bytes = 32 }
-- @return a table with element, constant (true for volatile as well), owned (the cdata itself holds
-- the numbers, so they live as long as it does) and, if the size is known, bytes; nil for any other
-- cdata, including ctype objects
function ctype.array(value)
  local name = ctype.name(value)
  local text = name:gsub("%f[%a]const%f[%A] ?", ""):gsub("%f[%a]volatile%f[%A] ?", "")
  local element, shape = text:match("^(%a[%w_ ]-) ?([%*%[%(].*)$")
  -- Excludes pointers to pointers, arrays of pointers, and functions.
  if not element or shape:find("%*.*%*") or shape:find("%*%[") or shape:find("%(%)") then
    return nil
  end
  local bytes
  if not shape:find("*", 1, true) then
    local known, size = pcall(ffi.sizeof, value) -- raises an error for a flexible array member
    bytes = known and size or nil
  end
  -- "float [8]" is an array, "float (&)[8]" refers to one, such as that in a struct.
  local owned = shape:find("^%[") ~= nil
  return { element = element, constant = text ~= name, owned = owned, bytes = bytes }
end

--- Converts numeric cdata (any integer type, enum, float or double).
-- @return the Lua number with exactly this value; nil if there is none or if it is not a number
-- @return the decimal digits of a 64-bit integer that no Lua number represents
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

--- Formats an id for a message. Same as errors.show, but shows the value of numeric cdata.
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
