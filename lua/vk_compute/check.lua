-- SPDX-License-Identifier: MIT
-- Checks of arguments that every public function needs.

local errors = require("vk_compute.errors")

local check = {}

--- The options table, or an empty one. Unknown keys are mistyped ones, and raise.
-- @param known array of the keys there are
function check.options(position, name, opts, known)
  if opts == nil then
    return {}
  end
  if type(opts) ~= "table" then
    errors.argument(position, name, "opts is %s, expected a table", errors.show(opts))
  end
  for key in pairs(opts) do
    local found = false
    for i = 1, #known do
      found = found or known[i] == key
    end
    if not found then
      local shown = type(key) == "string" and "opts." .. key or "opts[" .. errors.show(key) .. "]"
      local there = #known == 0 and "there are none"
        or "there are: " .. table.concat(known, ", ")
      errors.argument(position, name, "%s is not an option; %s", shown, there)
    end
  end
  return opts
end

--- A whole number from low to high.
-- @param what how the message calls the value
function check.integer(position, name, what, value, low, high)
  if type(value) ~= "number" or value % 1 ~= 0 or value < low or value > high then
    errors.argument(position, name, "%s is %s, expected a whole number from %.0f to %.0f", what,
      errors.show(value), low, high)
  end
  return value
end

--- A value of one Lua type, or nil.
function check.optional(position, name, what, value, kind)
  if value ~= nil and type(value) ~= kind then
    errors.argument(position, name, "%s is %s, expected a %s", what, errors.show(value), kind)
  end
  return value
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
  return last
end

--- The first hole in a list of `count` elements, if it is one that # knows of: then a few elements
-- may claim to be billions, for which no memory should be asked.
function check.hole(list, count)
  if #list == count then
    return nil
  end
  local i = 1
  while list[i] ~= nil do
    i = i + 1
  end
  return i
end

return check
