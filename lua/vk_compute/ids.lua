-- SPDX-License-Identifier: MIT
-- The caller's names for rows: by default 1 … n, otherwise what opts.ids gave.

local check = require("vk_compute.check")
local errors = require("vk_compute.errors")

local Ids = {}
Ids.__index = Ids

--- Names for n rows.
-- @param list opts.ids of an upload, copied; nil for 1 … n
function Ids.new(position, name, list, n)
  local self = setmetatable({ n = n }, Ids)
  if not check.given(list) then
    return self
  end
  local count = check.list(position, name, "opts.ids", list)
  if count ~= n then
    errors.argument(position, name, "opts.ids has %d ids, expected %d, one per row", count, n)
  end
  local names, rows = {}, {}
  for i = 1, n do
    local id = list[i]
    if id == nil or id ~= id then
      errors.argument(position, name, "opts.ids[%d] is %s", i, errors.show(id))
    elseif rows[id] then
      errors.argument(position, name, "opts.ids[%d] is %s, the same as opts.ids[%d]", i,
        errors.show(id), rows[id])
    end
    names[i], rows[id] = id, i
  end
  self.names, self.rows = names, rows
  return self
end

--- The row, counted from 1, that the caller means by an id; raises when there is none.
function Ids:row(position, name, what, id)
  local row
  if self.rows then
    row = id ~= nil and self.rows[id]
    if not row then
      errors.argument(position, name, "%s is %s, which is not among opts.ids of the upload", what,
        errors.show(id))
    end
  else
    row = check.integer(position, name, what, id, 1, self.n)
  end
  return row
end

--- The id of a row counted from 1.
function Ids:name(row)
  if self.names then
    return self.names[row] -- which may be false
  end
  return row
end

return Ids
