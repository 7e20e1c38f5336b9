-- SPDX-License-Identifier: MIT
-- Argument checks shared by the public functions.
--
-- Most take `position` and `name`, the number of the argument and the name of the public function,
-- and raise "bad argument #position to 'name' (…)".

local errors = require("vk_compute.errors")

local check = {}

--- Returns whether the caller passed a value. `value ~= nil` does not work: in LuaJIT a NULL
-- pointer equals nil, and the __eq of a struct can raise an error.
function check.given(value)
  return type(value) ~= "nil"
end

--- Returns a copy of the options table, or an empty table if there is none. Raises an error for an
-- unknown key. Reads each option once, because a metamethod could otherwise return different values
-- for the check and for the use.
-- @param known array of the valid keys
function check.options(position, name, opts, known)
  if not check.given(opts) then
    return {}
  end
  if type(opts) ~= "table" then
    errors.argument(position, name, "opts is %s, expected a table", errors.show(opts))
  end
  for key in next, opts do
    local found = false
    for i = 1, #known do
      found = found or rawequal(known[i], key)
    end
    if not found then
      local shown = type(key) == "string" and "opts." .. key or "opts[" .. errors.show(key) .. "]"
      errors.argument(position, name, "%s is not an option; valid options: %s", shown,
        table.concat(known, ", "))
    end
  end
  local copy = {}
  for i = 1, #known do
    copy[known[i]] = opts[known[i]]
  end
  return copy
end

--- Returns `value` if it is a whole number from low to high; raises an error otherwise.
-- @param what name of the value in the message
function check.integer(position, name, what, value, low, high)
  if type(value) ~= "number" or value % 1 ~= 0 or value < low or value > high then
    errors.argument(position, name, "%s is %s, expected a whole number from %.0f to %.0f", what,
      errors.show(value), low, high)
  end
  return value == 0 and 0 or value -- replaces -0, which would be visible in results
end

--- Same as check.integer, but returns `default` if the caller passed nothing.
function check.integer_or(default, position, name, what, value, low, high)
  if not check.given(value) then
    return default
  end
  return check.integer(position, name, what, value, low, high)
end

--- Returns `value` if it has the given Lua type or is nil; raises an error otherwise.
function check.optional(position, name, what, value, kind)
  if check.given(value) and type(value) ~= kind then
    errors.argument(position, name, "%s is %s, expected a %s", what, errors.show(value), kind)
  end
  return value
end

--- Returns `value` if it is a string without zero bytes, which C would truncate, or nil; raises an
-- error otherwise.
function check.text(position, name, what, value)
  check.optional(position, name, what, value, "string")
  if value and value:find("\0", 1, true) then
    errors.argument(position, name, "%s has a zero byte", what)
  end
  return value
end

--- Raises an error for a list whose elements come from a metatable. Neither table.maxn nor # counts
-- them, so they would be silently ignored.
-- @param count number of elements in the table itself
function check.proxy(position, name, what, list, count)
  local metatable = debug.getmetatable(list)
  local length = metatable and rawget(metatable, "__len")
  if not metatable then
    return
  elseif type(length) == "function" then
    local counted = length(list)
    if not rawequal(counted, count) then
      errors.argument(position, name, "%s is a table of %.14g elements, but its __len says %s; "
        .. "copy them into a table without a metatable", what, count, errors.show(counted))
    end
  elseif count == 0 and check.given(list[1]) then
    errors.argument(position, name, "%s is an empty table whose elements come from its __index; "
      .. "copy them into a table without a metatable", what)
  end
end

--- Returns the length of a list: its largest index. The operator # may stop at a hole; with this
-- length, the code that reads the elements finds the hole and reports it.
function check.list(position, name, what, value)
  if type(value) ~= "table" then
    errors.argument(position, name, "%s is %s, expected a table", what, errors.show(value))
  end
  local last = table.maxn(value)
  if last % 1 ~= 0 then
    errors.argument(position, name, "%s has an element at %.14g, expected 1, 2, 3, ...", what, last)
  end
  check.proxy(position, name, what, value, last)
  return last
end

--- Returns the index of the first hole in a list of `count` elements if # is not `count`, else nil.
-- Detects lists such as {1, [1e9] = 2} before memory is allocated for their length.
function check.hole(list, count)
  if #list == count then
    return nil
  end
  local i = 1
  while check.given(rawget(list, i)) do
    i = i + 1
  end
  return not check.given(list[i]) and i or nil -- __index may provide the element
end

return check
