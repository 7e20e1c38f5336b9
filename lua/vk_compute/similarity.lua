-- SPDX-License-Identifier: MIT

--- Similarities as a view over one buffer of floats.
-- What @{Context:similarity} and @{Context:similarity_rows} return. Nothing is copied until
-- to_table is called. A view, and each of its rows, keeps the buffer alive, also when the context
-- is closed or gets other embeddings; a view of the caller's own buffer (`opts.buffer`) changes
-- with what is written there.
-- @classmod Similarity

local ffi = require("ffi")
local ctype = require("vk_compute.ctype")
local errors = require("vk_compute.errors")
local memory = require("vk_compute.memory")

local Similarity = {}
Similarity.__index = Similarity

local Row = {}
Row.__index = Row

-- buffer: float[?] or float *, count x n; first: the row it begins with, counted from 1.
function Similarity.new(buffer, first, count, ids)
  return setmetatable({
    buffer = buffer,
    floats = ffi.cast("float *", buffer), -- for speed only: buffer is what keeps the memory
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

-- The offset, from 0, of item i's row in the buffer.
local function offset_of_row(self, position, name, what, i)
  local row = self.ids:row(position, name, what, i)
  if row < self.first or row >= self.first + self.count then
    errors.argument(position, name, "%s is %s, which is not among the rows of this view: %d to %d",
      what, ctype.show(i), self.first, self.first + self.count - 1)
  end
  return (row - self.first) * self.n
end

-- A row of a view, or what a Row has. All is read through the owner, whose buffer it keeps alive:
-- with a pointer alone, the last reference to the buffer could be gone while it is being read.
local function numbers_to_table(owner, offset, n)
  local values = memory.table(n, 0)
  for j = 1, n do
    values[j] = owner.floats[offset + j - 1]
  end
  return values
end

--- The similarity of two items: their cosine.
-- @param i index (from 1) or id of an item whose row the view has
-- @param j index (from 1) or id of any item
-- @treturn number -1 to 1; exactly 1 for i == j, unless its embedding is zero
-- @raise when there is no such item
function Similarity:get(i, j)
  checked_self(self, Similarity, "get")
  local offset = offset_of_row(self, 1, "get", "i", i)
  return self.floats[offset + self.ids:row(2, "get", "j", j) - 1]
end

--- One row, without copying: an object with the methods get(j), data(), to_table() and size().
-- get(j) takes an index from 1, or an id. data() gives a `float *` counted from 0, which is valid
-- as long as the row, the view or the view's data() is referred to: a pointer alone keeps nothing
-- alive. to_table() gives a new table of n numbers in the order of the upload. size() gives n.
-- @param i index (from 1) or id of an item whose row the view has
-- @treturn Row
-- @raise when there is no such item
function Similarity:row(i)
  checked_self(self, Similarity, "row")
  local offset = offset_of_row(self, 1, "row", "i", i)
  return setmetatable({ buffer = self.buffer, floats = self.floats + offset, ids = self.ids }, Row)
end

--- The buffer itself: cdata of floats, rows after each other, counted from 0 as C data is.
-- Element [r * n + c] is the similarity of row r of the view and item c, both counted from 0. The
-- buffer stays alive as long as this cdata (not a pointer made from it) is referred to.
-- @treturn cdata float[?], or the buffer that the caller gave
function Similarity:data()
  checked_self(self, Similarity, "data")
  return self.buffer
end

--- A copy as nested tables, in the order of the upload: result[1] is the view's first row.
-- Takes 8 bytes a number, twice the buffer.
-- @treturn {{number,...},...}
function Similarity:to_table()
  checked_self(self, Similarity, "to_table")
  local rows = memory.table(self.count, 0)
  for r = 1, self.count do
    rows[r] = numbers_to_table(self, (r - 1) * self.n, self.n)
  end
  return rows
end

-- Between two rows Ctrl-C is heard, which compiled code does not do; the loop within a row is
-- compiled.
jit.off(Similarity.to_table)

--- How large the view is.
-- @treturn int the number of rows in it
-- @treturn int the number of items, which is the length of a row
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
