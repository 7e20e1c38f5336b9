-- SPDX-License-Identifier: MIT

--- A view of similarities in one buffer of floats.
-- @{Context:similarity} and @{Context:similarity_rows} return views. Only to_table copies. A view,
-- and each of its rows, keeps its buffer alive and stays valid after the context is closed or gets
-- other embeddings. A view of the caller's own buffer (`opts.buffer`) shows what is written there
-- later; memory behind a pointer must outlive the view.
-- @classmod Similarity

local ffi = require("ffi")
local ctype = require("vk_compute.ctype")
local errors = require("vk_compute.errors")
local memory = require("vk_compute.memory")

local Similarity = {}
Similarity.__index = Similarity

local Row = {}
Row.__index = Row

-- Creates a view. buffer: float[?] or float *, count x n; first: its first row, starting at 1.
function Similarity.new(buffer, first, count, ids)
  return setmetatable({
    buffer = buffer,
    floats = ffi.cast("float *", buffer), -- faster to read; does not keep the buffer alive
    first = first,
    count = count,
    n = ids.n,
    ids = ids,
  }, Similarity)
end

local function checked_self(self, class, name)
  if getmetatable(self) ~= class then
    errors.raise(("calling '%s' on bad self (call it with a colon, as in view:%s(...))"):format(
      name, name))
  end
end

-- Returns the offset of item i's row in the buffer, starting at 0.
local function offset_of_row(self, position, name, what, i)
  local row = self.ids:row(position, name, what, i)
  if row < self.first or row >= self.first + self.count then
    errors.argument(position, name, "%s is %s, which is not among the rows of this view: %d to %d",
      what, ctype.show(i), self.first, self.first + self.count - 1)
  end
  return (row - self.first) * self.n
end

-- Copies a row. Reads through its owner, a view or Row, which keeps the buffer alive: a pointer
-- alone would let the garbage collector free the buffer during the loop.
local function numbers_to_table(owner, offset, n)
  local values = memory.table(n, 0)
  for j = 1, n do
    values[j] = owner.floats[offset + j - 1]
  end
  return values
end

--- Returns the similarity of two items: their cosine.
-- @param i index (starting at 1) or id of an item whose row is in the view
-- @param j index (starting at 1) or id of any item
-- @treturn number -1 to 1; exactly 1 if i is j, or 0 if its embedding is zero
-- @raise when an item does not exist or its row is not in the view
function Similarity:get(i, j)
  checked_self(self, Similarity, "get")
  local offset = offset_of_row(self, 1, "get", "i", i)
  return self.floats[offset + self.ids:row(2, "get", "j", j) - 1]
end

--- Returns one row without copying it: an object with the methods get(j), data(), to_table() and
-- size(). get(j) takes an index starting at 1, or an id. data() returns a `float *` with indices
-- starting at 0; it does not keep the buffer alive, so keep a reference to the row, the view or the
-- view's data(). to_table() returns a new table of n numbers in the order of the upload. size()
-- returns n.
-- @param i index (starting at 1) or id of an item whose row is in the view
-- @treturn Row
-- @raise when the item does not exist or its row is not in the view
function Similarity:row(i)
  checked_self(self, Similarity, "row")
  local offset = offset_of_row(self, 1, "row", "i", i)
  return setmetatable({ buffer = self.buffer, floats = self.floats + offset, ids = self.ids }, Row)
end

--- Returns the buffer itself: cdata of floats, row-major, with indices starting at 0.
-- Element [r * n + c] is the similarity of row r of the view and item c, both starting at 0. The
-- returned cdata keeps the buffer alive; a pointer derived from it does not.
-- @treturn cdata float[?], or the caller's buffer
function Similarity:data()
  checked_self(self, Similarity, "data")
  return self.buffer
end

--- Copies the view to nested tables, in the order of the upload.
-- Takes 8 bytes per number, twice the size of the buffer.
-- @treturn {{number,...},...} count rows of n numbers; element 1 is the first row of the view
function Similarity:to_table()
  checked_self(self, Similarity, "to_table")
  local rows = memory.table(self.count, 0)
  for r = 1, self.count do
    rows[r] = numbers_to_table(self, (r - 1) * self.n, self.n)
  end
  return rows
end

-- Compiled code ignores Ctrl-C, so the loop over rows is interpreted. The loop within a row is
-- compiled.
jit.off(Similarity.to_table)

--- Returns the size of the view.
-- @treturn int number of rows
-- @treturn int numbers per row: n, the number of items
function Similarity:size()
  checked_self(self, Similarity, "size")
  return self.count, self.n
end

function Row:get(j)
  checked_self(self, Row, "get")
  return self.floats[self.ids:row(1, "get", "j", j) - 1]
end

function Row:data()
  checked_self(self, Row, "data")
  return self.floats
end

function Row:to_table()
  checked_self(self, Row, "to_table")
  return numbers_to_table(self, 0, self.ids.n)
end

function Row:size()
  checked_self(self, Row, "size")
  return self.ids.n
end

return Similarity
