-- SPDX-License-Identifier: MIT
-- Holds the memory that the library reads in place, so that it is neither collected nor freed.

local Borrowed = {}
Borrowed.__index = Borrowed

--- Returns an object that holds nothing.
function Borrowed.new()
  return setmetatable({ entries = {} }, Borrowed)
end

-- Makes `entries` all that is held and releases the others. Ctrl-C can raise an error between any
-- two instructions. The list is therefore replaced first: it never has an entry that is released.
local function replace(self, entries)
  local before, kept = self.entries, {}
  for _, entry in ipairs(entries) do
    kept[entry] = true
  end
  self.entries = entries
  for _, entry in ipairs(before) do
    if not kept[entry] then
      entry.release(entry.memory)
    end
  end
end

--- Holds memory in addition to what it holds already.
-- @param memory cdata
-- @param release function that frees it
-- @return an entry for the functions below
function Borrowed:add(memory, release)
  local entry = { memory = memory, release = release }
  self.entries[#self.entries + 1] = entry
  return entry
end

--- Releases everything, except one entry (nil: no exception).
function Borrowed:keep_only(entry)
  replace(self, { entry })
end

--- Releases one entry; nil has no effect.
function Borrowed:remove(entry)
  local others = {}
  for _, other in ipairs(self.entries) do
    if other ~= entry then
      others[#others + 1] = other
    end
  end
  replace(self, others)
end

return Borrowed
