-- SPDX-License-Identifier: MIT
-- Checks of arguments that every public function needs.

local errors = require("vk_compute.errors")

local check = {}

--- Whether the caller gave a value. Not `value ~= nil`: a NULL pointer equals nil in LuaJIT, and a
-- struct may have an __eq that raises.
function check.given(value)
  return type(value) ~= "nil"
end

--- A copy of the options table; an empty one without it. Unknown keys are mistyped ones, and raise.
-- Each known option is read once. What a metatable computes could otherwise change between the
-- check of a value and its use.
-- @param known array of the keys there are
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
      local there = #known == 0 and "there are none"
        or "there are: " .. table.concat(known, ", ")
      errors.argument(position, name, "%s is not an option; %s", shown, there)
    end
  end
  local copy = {}
  for i = 1, #known do
    copy[known[i]] = opts[known[i]]
  end
  return copy
end

--- A whole number from low to high.
-- @param what how the message calls the value
function check.integer(position, name, what, value, low, high)
  if type(value) ~= "number" or value % 1 ~= 0 or value < low or value > high then
    errors.argument(position, name, "%s is %s, expected a whole number from %.0f to %.0f", what,
      errors.show(value), low, high)
  end
  return value == 0 and 0 or value -- not -0, which would show in results
end

--- The same, or what `default` says when the caller gave nothing.
function check.integer_or(default, position, name, what, value, low, high)
  if not check.given(value) then
    return default
  end
  return check.integer(position, name, what, value, low, high)
end

--- A value of one Lua type, or nil.
function check.optional(position, name, what, value, kind)
  if check.given(value) and type(value) ~= kind then
    errors.argument(position, name, "%s is %s, expected a %s", what, errors.show(value), kind)
  end
  return value
end

--- A string for C, or nil. C would take a zero byte for its end.
function check.text(position, name, what, value)
  check.optional(position, name, what, value, "string")
  if value and value:find("\0", 1, true) then
    errors.argument(position, name, "%s has a zero byte", what)
  end
  return value
end

--- Raises for a list with elements that are not in the table itself but come from its metatable,
-- which neither table.maxn nor # counts: some or all of them would be left out.
-- @param count how many elements the table itself has
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

--- The length of a list: its largest index, so that a hole is not taken for the end, as # may do.
-- Who reads the elements will meet the hole.
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

--- The first hole in a list of `count` elements, if it is one that # knows of: then a few elements
-- may claim to be billions, for which no memory should be asked.
function check.hole(list, count)
  if #list == count then
    return nil
  end
  local i = 1
  while check.given(rawget(list, i)) do
    i = i + 1
  end
  return not check.given(list[i]) and i or nil -- a metatable may fill it
end

return check
