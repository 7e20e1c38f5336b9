-- SPDX-License-Identifier: MIT
-- What a cdata is: an array or a pointer, of which numbers.
--
-- A type, such as ffi.typeof("float *"), is a cdata, too. Most functions of ffi take it for a value
-- of that type: even a cast succeeds, and gives a pointer to an address that is not mapped.

local ffi = require("ffi")

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

return ctype
