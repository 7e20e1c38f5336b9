-- SPDX-License-Identifier: MIT

--- A device with one set of embeddings.
-- @{vk_compute.new} creates contexts. Arguments and results name items by their index in the
-- upload, starting at 1, or by the ids given in the upload (`opts.ids`).
--
-- Incorrect use raises an error at the caller's line, such as *bad argument #1 to
-- 'upload_embeddings' (embeddings[17][3] is nan)*. All methods except close raise an error if the
-- context is closed. Failures of the machine (out of memory, device lost) return `nil, message`.
--
-- Long computations are split into calls of about a second, so that Ctrl-C takes effect between
-- two of them. It raises an error as usual in LuaJIT, and the context stays usable.
--
-- Only one thread at a time may use a context. The garbage collector closes an unreferenced
-- context, but does not know how much device memory it holds: call close().
-- @classmod Context

local ffi = require("ffi")
local Borrowed = require("vk_compute.borrowed")
local check = require("vk_compute.check")
local ctype = require("vk_compute.ctype")
local device = require("vk_compute.device")
local errors = require("vk_compute.errors")
local matrix = require("vk_compute.matrix")
local memory = require("vk_compute.memory")
local neighbors = require("vk_compute.neighbors")
local sequences = require("vk_compute.sequences")
local Similarity = require("vk_compute.similarity")
local upload = require("vk_compute.upload")

-- Fields: lib is the C namespace; handle is nil once the context is closed; ids, dim and matrix
-- describe the upload. ids is nil before the first upload, and false after an interrupted one, when
-- it is unknown which embeddings the library has. borrowed holds the numbers that the library reads
-- in place.
local Context = {}
Context.__index = Context

function Context.__tostring(self)
  return self.handle and "vk_compute context" or "vk_compute context (closed)"
end

--- Creates an object that owns a handle of the library.
-- @local
function Context.wrap(lib, handle)
  local kept = { lib = lib, borrowed = Borrowed.new() }
  -- The finaliser refers to the library and to the numbers, so that the library is not unloaded and
  -- the numbers are not collected first.
  local function destroy(unreferenced)
    kept.lib.vkc_lua_destroy(unreferenced)
  end
  local fields = { lib = lib, handle = ffi.gc(handle, destroy), borrowed = kept.borrowed }
  return setmetatable(fields, Context)
end

-- Raises an error unless `self`, in the public function `name`, is an open context.
local function check_self(self, name)
  if getmetatable(self) ~= Context then
    errors.raise(("calling '%s' on bad self (call it with a colon, as in ctx:%s(...))"):format(
      name, name))
  end
  self:check_open()
end

local function check_uploaded(self, name)
  check_self(self, name)
  if self.ids == nil then
    errors.raise(("attempt to call '%s' before any embeddings were uploaded"):format(name))
  elseif not self.ids then
    errors.raise(("attempt to call '%s' after an upload that was interrupted: upload again"):format(
      name))
  end
end

--- @local
function Context:check_open()
  if not self.handle then
    errors.raise("attempt to use a closed context")
  end
end

--- Reports a failed call of the library: raises an error for incorrect use.
-- @return nil and a message for other failures
-- @local
function Context:failed(result)
  return errors.failed(result, errors.last_message(self.lib, self.handle))
end

local function upload_as(name)
  return function(self, embeddings, opts)
    check_self(self, name)
    return upload(self, name, embeddings, opts)
  end
end

--- Uploads embeddings and replaces the previous ones. If the upload fails, the previous embeddings
-- stay. If Ctrl-C interrupts the upload, upload again before using the context.
--
-- Embeddings are a table of rows `{{0.1, 0.2}, {0.3, 0.4}}`, a flat table `{0.1, 0.2, 0.3, 0.4}`
-- with `opts.dim`, or cdata (`float *`, `double *`, `float[?]`, …) with `opts.n` and `opts.dim`.
-- The context needs the numbers until another upload succeeds or it is closed:
--
-- - The numbers of a table are converted into memory of the context: 8 bytes per number (4 for
--   "float32"). The caller may change or release the table after the call.
-- - An array (`float[?]`) is read in place, and the context keeps a reference to it. Do not change
--   it until then.
-- - What a pointer or an array in a struct refers to is copied, because a reference would not keep
--   it alive. The caller may change or release it after the call. `opts.borrow` avoids the copy.
--
-- During an upload the context still holds the numbers of the previous one.
--
-- The tables themselves must hold the elements: elements from a metatable (`__index`, `__len`)
-- raise an error. For a pointer, `n`, `dim` and `stride` cannot be checked: incorrect values read
-- invalid memory.
-- @function Context:upload_embeddings
-- @param embeddings n rows of dim finite numbers; they need not be normalised
-- @tparam[opt] table opts
-- @tparam[opt] int opts.dim numbers per row
-- @tparam[opt] int opts.n number of rows
-- @tparam[opt] table opts.ids n distinct values other than nil and nan, which name the rows in
-- arguments and results. Ids are compared like table keys, except that numeric cdata, such as
-- 64-bit integers, is compared by value: `5LL`, another `5LL` and `5` are the same id. Other cdata
-- (structs, pointers) cannot be an id.
-- @tparam[opt=false] boolean opts.center subtracts the mean row from every row first
-- @tparam[opt] string opts.type for a table: "float64" (default) uses its numbers unchanged,
-- "float32" rounds them first. For cdata: "float16" reads `uint16_t` as half floats. "float32"
-- raises an error for a number beyond 3.4e38, and for a row in which all numbers are below 1.2e-38
-- (2^-126) if rounding changes one of them. In a row with larger numbers, small ones are rounded
-- like any other, to 0 below 7e-46.
-- @tparam[opt] int opts.stride for cdata: bytes from the start of one row to the next
-- @tparam[opt] boolean opts.borrow for cdata: true reads it in place, false copies it. Default:
-- true for an array, false for a pointer and for an array in a struct. With true the context keeps
-- a reference to the cdata, and what a pointer refers to must stay valid and unchanged until
-- another upload succeeds or the context is closed.
-- @treturn boolean true, or nil and a message
-- @raise when the embeddings or an option are invalid, naming the row and column
Context.upload_embeddings = upload_as("upload_embeddings")

--- Same as upload_embeddings.
-- @function Context:upload
Context.upload = upload_as("upload")

local function diversity_sequence_as(name)
  return function(self, start, opts)
    check_uploaded(self, name)
    return sequences.one(self, name, start, opts)
  end
end

--- Computes a diversity sequence: an order in which each item differs as much as possible from all
-- items before it. Element 1 is the start; each next element is the unused item whose cosine with
-- the mean of all previous items is lowest, in exact arithmetic on the uploaded numbers. Of items
-- with equal cosines, and only of those, the one uploaded first is taken.
-- @function Context:diversity_sequence
-- @param start index (starting at 1) or id
-- @tparam[opt] table opts
-- @tparam[opt=n] int opts.length number of items to return
-- @tparam[opt] table opts.prefix list of items with which the sequence begins, including the start
-- @treturn {id,...} a new table of opts.length items, or nil and a message
-- @raise when an item does not exist, the prefix repeats an item, the length is not between that of
-- the prefix and n, or nothing was uploaded
Context.diversity_sequence = diversity_sequence_as("diversity_sequence")

--- Same as diversity_sequence.
-- @function Context:compute_diversity_sequence
Context.compute_diversity_sequence = diversity_sequence_as("compute_diversity_sequence")

--- Iterates over diversity sequences: `for start, sequence in ctx:diversity_sequences() do`.
-- Computes them in batches that keep the device busy for about a second, and holds one batch in
-- memory at a time. The loop may end early, for instance with break.
-- @tparam[opt] table starts list of items to start from. Default: all, in the order of the upload.
-- @tparam[opt] table opts
-- @tparam[opt=n] int opts.length number of items in each sequence
-- @tparam[opt] int opts.batch number of sequences to compute at a time. Default: adapts to the
-- device.
-- @treturn function an iterator over the start (index or id) and the sequence (a new table)
-- @raise when an argument is invalid. An iterator cannot return nil and a message, so the loop also
-- raises an error when the machine fails, the context was closed or its embeddings were replaced.
function Context:diversity_sequences(starts, opts)
  check_uploaded(self, "diversity_sequences")
  return sequences.iterate(self, "diversity_sequences", starts, opts)
end

-- Checks that the caller's buffer, if there is one, consists of floats and holds `needed` bytes.
local function checked_buffer(position, name, buffer, needed)
  if not check.given(buffer) then
    return nil
  end
  local array = type(buffer) == "cdata" and ctype.array(buffer)
  local fits = array and array.element == "float" and not array.constant
  if not fits or buffer == nil then
    errors.argument(position, name, "opts.buffer is %s, expected a float * or an array of floats",
      type(buffer) ~= "cdata" and errors.show(buffer) or fits and "NULL"
        or ctype.name(buffer))
  elseif array.bytes and array.bytes < needed then
    errors.argument(position, name, "opts.buffer holds %.0f bytes, but the result takes %.0f",
      array.bytes, needed)
  end
  return buffer
end

-- Computes the rows first … first + count - 1, starting at 1, and returns a view of them.
local function view(self, position, name, first, count, buffer)
  local n = self.ids.n
  local numbers = count * n
  buffer = checked_buffer(position, name, buffer, numbers * 4)
  if not buffer and numbers * 4 > memory.max_cdata then
    return nil, ("%d rows of %d similarities take %.0f bytes, and LuaJIT cannot hold more than "
      .. "2 GiB in one piece: compute at most %d rows at a time with ctx:similarity_rows(first, "
      .. "count), or give memory of your own as opts.buffer"):format(count, n, numbers * 4,
      math.floor(memory.max_cdata / (4 * n)))
  end
  local message
  if not buffer then
    buffer, message = memory.collected("float[?]", numbers, 4)
  end
  if not buffer then
    return nil, message
  end
  local result = matrix.read_rows(self, first - 1, first - 1 + count, ffi.cast("float *", buffer))
  if result ~= 0 then
    return self:failed(result)
  end
  return Similarity.new(buffer, first, count, self.ids)
end

local function view_of_all(self, name, opts)
  opts = check.options(1, name, opts, { "buffer" })
  return view(self, 1, name, 1, self.ids.n, opts.buffer)
end

--- Computes the similarity of every item with every other.
-- @tparam[opt] table opts
-- @tparam[opt] cdata opts.buffer `float[?]` or `float *` with room for n x n floats, used instead
-- of a new buffer. The view refers to it; memory behind a pointer must outlive the view.
-- @treturn Similarity a view of n x n floats, which stays valid after close() and after another
-- upload; or nil and a message, also when n x n floats exceed the 2 GiB that LuaJIT can hold in one
-- piece (n > 23,170): use similarity_rows or opts.buffer then
-- @raise when an option is invalid, or nothing was uploaded
function Context:similarity(opts)
  check_uploaded(self, "similarity")
  return view_of_all(self, "similarity", opts)
end

--- Computes a range of rows of the similarity matrix.
-- Rows are numbered in the order of the upload, even if it has ids.
-- @tparam int first the first row, starting at 1
-- @tparam[opt] int count number of rows. Default: all from the first.
-- @tparam[opt] table opts as for similarity; the buffer needs room for count x n floats
-- @treturn Similarity a view of count x n floats, or nil and a message
-- @raise when an argument is invalid, or nothing was uploaded
-- @usage for first = 1, n, 1000 do
--   local rows = assert(ctx:similarity_rows(first, math.min(1000, n - first + 1)))
--   file:write(ffi.string(rows:data(), ffi.sizeof(rows:data())))
-- end
function Context:similarity_rows(first, count, opts)
  local name = "similarity_rows"
  check_uploaded(self, name)
  local n = self.ids.n
  first = check.integer(1, name, "first", first, 1, n)
  count = check.integer_or(n - first + 1, 2, name, "count", count, 0, n - first + 1)
  opts = check.options(3, name, opts, { "buffer" })
  return view(self, 3, name, first, count, opts.buffer)
end

--- Computes the whole similarity matrix as nested tables, in the order of the upload.
-- Takes 8 bytes per number, about 512 MB for n = 8,000. similarity() takes half of that and makes
-- no copy.
-- @treturn {{number,...},...} matrix[i][j] is the cosine of rows i and j, starting at 1; or nil and
-- a message
-- @raise when nothing was uploaded
function Context:compute_similarity_matrix()
  check_uploaded(self, "compute_similarity_matrix")
  local similarity, message = view_of_all(self, "compute_similarity_matrix")
  if not similarity then
    return nil, message
  end
  return similarity:to_table()
end

--- Finds the k nearest neighbours of each item: the other items with the highest similarity.
-- Neighbours are in descending order of similarity. Of equally similar items, the one uploaded
-- first comes first.
-- @tparam int k number of neighbours, 1 to n - 1
-- @tparam[opt] table opts
-- @tparam[opt=1] int opts.first the first row to search for, starting at 1, in the order of the
-- upload
-- @tparam[opt] int opts.count number of rows. Default: all from the first.
-- @tparam[opt] int opts.batch number of rows to compute at a time. Default: adapts to the device
-- and to memory.
-- @treturn {[id]={id,...},...} by index (starting at 1) or id, the k nearest items; or nil and a
-- message
-- @treturn {[id]={number,...},...} likewise, their similarities. If some ids are cdata, both tables
-- accept any id of equal value as key.
-- @raise when an argument is invalid, n is 1, or nothing was uploaded
-- @usage local near, how_near = assert(ctx:nearest_neighbors(10))
-- print(near[17][1], how_near[17][1])
function Context:nearest_neighbors(k, opts)
  check_uploaded(self, "nearest_neighbors")
  return neighbors.nearest(self, "nearest_neighbors", k, opts)
end

--- Lists the available devices; see @{vk_compute.devices}.
-- @treturn {table,...} or nil and a message
function Context:devices()
  check_self(self, "devices")
  return device.list(self.lib)
end

--- Describes the device of this context.
-- @treturn table with the fields of @{vk_compute.devices} and, in bytes, memory_limit and
-- memory_used; or nil and a message
function Context:device()
  check_self(self, "device")
  return device.of(self.lib, self.handle)
end

--- Returns the size of the upload.
-- @treturn int n, the number of rows; 0 before the first upload and after an interrupted one
-- @treturn int dim, the numbers per row; 0 likewise
function Context:size()
  check_self(self, "size")
  if not self.ids then
    return 0, 0
  end
  return self.ids.n, self.dim
end

--- Releases the device and all its memory. Views stay valid. Closing again has no effect.
function Context:close()
  if getmetatable(self) ~= Context then
    errors.raise("calling 'close' on bad self (call it with a colon, as in ctx:close())")
  end
  local handle = self.handle
  if handle then
    self.handle = nil
    ffi.gc(handle, nil)
    self.lib.vkc_lua_destroy(handle)
    self.borrowed:keep_only(nil)
  end
end

return Context
