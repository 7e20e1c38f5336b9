-- SPDX-License-Identifier: MIT
-- Maps between rows and the caller's ids: the values of opts.ids, by default 1 … n.
--
-- Ids are compared like table keys, except that numeric cdata, such as 64-bit integers, is compared
-- by value, also with Lua numbers. (As a key, each cdata object differs from all others.)

local check = require("vk_compute.check")
local ctype = require("vk_compute.ctype")
local errors = require("vk_compute.errors")

local Ids = {}
Ids.__index = Ids

-- Returns the value to compare an id by, or nil and the digits of an integer that no Lua number
-- represents, or nil for a value that cannot be an id.
local function value_of(id)
  local digits
  if type(id) == "cdata" then
    id, digits = ctype.number(id)
  end
  if id ~= id then
    return nil
  end
  return id, digits
end

-- Returns the row of an id, starting at 1, or nil.
local function find(self, id)
  local value, digits = value_of(id)
  if digits then
    return self.rows_by_digits[digits]
  end
  return value ~= nil and self.rows[value] or nil
end

--- Creates the ids of n rows. Raises an error for invalid or repeated ids.
-- @param list opts.ids of an upload, which is copied; nil for 1 … n
function Ids.new(position, name, list, n)
  local self = setmetatable({ n = n }, Ids)
  if not check.given(list) then
    return self
  end
  local count = check.list(position, name, "opts.ids", list)
  if count ~= n then
    errors.argument(position, name, "opts.ids has %d ids, expected %d, one per row", count, n)
  end
  self.names, self.rows, self.rows_by_digits = {}, {}, {}
  for i = 1, n do
    local id = list[i]
    local value, digits = value_of(id)
    if value == nil and not digits then
      errors.argument(position, name, "opts.ids[%d] is %s%s", i, ctype.show(id),
        type(id) == "cdata" and ", expected a number, a string or another value of Lua" or "")
    end
    local row = find(self, id)
    if row then
      errors.argument(position, name, "opts.ids[%d] is %s, the same as opts.ids[%d]", i,
        ctype.show(id), row)
    end
    self.names[i] = id
    if digits then
      self.rows_by_digits[digits] = i
    else
      self.rows[value] = i
    end
    self.has_cdata = self.has_cdata or type(id) == "cdata"
  end
  return self
end

--- Returns whether two ids are equal.
function Ids.same(a, b)
  local a_value, a_digits = value_of(a)
  local b_value, b_digits = value_of(b)
  return rawequal(a_value, b_value) and a_digits == b_digits
end

--- Returns the row of an id, starting at 1. Raises an error if there is none.
-- @param what name of the value in the message
function Ids:row(position, name, what, id)
  if not self.rows then
    return check.integer(position, name, what, id, 1, self.n)
  end
  local row = find(self, id)
  if not row then
    errors.argument(position, name, "%s is %s, which is not among opts.ids of the upload", what,
      ctype.show(id))
  end
  return row
end

--- Returns the id of a row, starting at 1.
function Ids:name(row)
  if self.names then
    return self.names[row] -- may be false
  end
  return row
end

--- Makes a table whose keys are ids accept any equal id as key.
function Ids:keyed(results)
  if not self.has_cdata then
    return results
  end
  return setmetatable(results, {
    __index = function(_, id)
      local row = find(self, id)
      return row and rawget(results, self.names[row])
    end,
  })
end

return Ids
