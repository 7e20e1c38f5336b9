-- SPDX-License-Identifier: MIT

--- A device with one set of embeddings.
-- Made by @{vk_compute.new}. Items are named by their index in the upload, counted from 1, or by
-- the ids that came with it (`opts.ids`): arguments and results alike.
--
-- A mistake of the caller raises at the caller's line, such as *bad argument #1 to
-- 'upload_embeddings' (embeddings[17][3] is nan)*. What the machine lacks (memory, a device that
-- was not lost) returns `nil, message`.
--
-- What takes long is asked of the library in pieces of about a second, between which Ctrl-C is
-- heard: it raises as anywhere in LuaJIT, and the context can be used as before.
--
-- One thread at a time may use a context. The collector closes one that is not referred to any
-- more, but it does not know how much device memory hangs on it: call close().
-- @classmod Context

local ffi = require("ffi")
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

-- lib: the C namespace; handle: nil when closed; ids, dim, matrix: of the upload. ids is nil before
-- the first one, and false when one was interrupted: what the library has then is not known.
local Context = {}
Context.__index = Context

function Context.__tostring(self)
  return self.handle and "vk_compute context" or "vk_compute context (closed)"
end

--- Takes over a handle of the library.
-- @local
function Context.wrap(lib, handle)
  -- The finaliser holds the library, not the object, so that both can go; it cannot raise.
  local function destroy(unused)
    lib.vkc_lua_destroy(unused)
  end
  return setmetatable({ lib = lib, handle = ffi.gc(handle, destroy) }, Context)
end

-- Raises unless the public function `name` was called with an open context as its self.
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

--- What to return for a call of the library that failed; raises where it was a mistake.
-- @local
function Context:failed(result)
  return errors.failed(result, errors.sentence(self.lib, self.handle))
end

local function upload_as(name)
  return function(self, embeddings, opts)
    check_self(self, name)
    return upload(self, name, embeddings, opts)
  end
end

--- Uploads embeddings, replacing the ones before. On any error those before stay; only when Ctrl-C
-- interrupted the upload itself, they have to be uploaded again.
--
-- They may be a table of rows `{{0.1, 0.2}, {0.3, 0.4}}`, a flat table `{0.1, 0.2, 0.3, 0.4}`
-- with `opts.dim`, or cdata (`float *`, `double *`, `float[?]`, …) with `opts.n` and `opts.dim`.
-- They are not kept: whatever was passed may be changed or dropped afterwards. While a table is
-- uploaded, its numbers take another 8 bytes each (4 as "float32").
--
-- A table has to hold its elements itself: one whose elements come from a metatable (`__index`,
-- `__len`) raises. A pointer does not say how much it points to: `n`, `dim` and `stride` are
-- trusted.
-- @function Context:upload_embeddings
-- @param embeddings n rows of dim finite numbers; they need not be normalised
-- @tparam[opt] table opts
-- @tparam[opt] int opts.dim numbers in a row
-- @tparam[opt] int opts.n rows
-- @tparam[opt] table opts.ids n different values, any but nil and nan: names for the rows, which
-- results then speak in. They are compared as keys of a table are, but numbers that are C data,
-- such as 64-bit integers, by value: `5LL`, another `5LL` and `5` are the same id. Other C data
-- (structs, pointers) cannot be ids.
-- @tparam[opt=false] boolean opts.center subtract the mean row from every row first
-- @tparam[opt] string opts.type of a table "float64" (default), which takes its numbers as they
-- are, or "float32", which rounds them first; of cdata "float16", to read `uint16_t` as half
-- floats. With "float32" a number beyond 3.4e38 raises, and so does a row of numbers that are all
-- below 1.2e-38 (2^-126), if rounding changes one of them. Beside larger numbers a small one is
-- rounded like any other, to 0 if it is below 7e-46.
-- @tparam[opt] int opts.stride of cdata: bytes from one row to the next
-- @treturn boolean true, or nil and a message
-- @raise when the embeddings or an option are not as said above, naming row and column
Context.upload_embeddings = upload_as("upload_embeddings")

--- The same as upload_embeddings.
-- @function Context:upload
Context.upload = upload_as("upload")

local function diversity_sequence_as(name)
  return function(self, start, opts)
    check_uploaded(self, name)
    return sequences.one(self, name, start, opts)
  end
end

--- The order in which to read everything, each next item as far as possible from what was read.
-- Element 1 is the start; each next one is the unused item whose cosine with the mean of those
-- before is lowest. Ties go to the item uploaded first.
-- @function Context:diversity_sequence
-- @param start index (from 1) or id
-- @tparam[opt] table opts
-- @tparam[opt=n] int opts.length how many items of the sequence
-- @tparam[opt] table opts.prefix how the sequence begins: a list of items, the first is the start
-- @treturn {id,...} opts.length items, or nil and a message
-- @raise when there is no such item, or the length is not from 1 to n
Context.diversity_sequence = diversity_sequence_as("diversity_sequence")

--- The same as diversity_sequence.
-- @function Context:compute_diversity_sequence
Context.compute_diversity_sequence = diversity_sequence_as("compute_diversity_sequence")

--- Iterates over diversity sequences: `for start, sequence in ctx:diversity_sequences() do`.
-- They are computed in batches behind the scenes, of a size that keeps the device busy for about a
-- second. One batch is in memory at a time; the loop may be left at any time, also with break.
-- @tparam[opt] table starts list of items to start from; by default all, in the order of the upload
-- @tparam[opt] table opts
-- @tparam[opt=n] int opts.length how many items of each sequence
-- @tparam[opt] int opts.batch sequences computed at a time, instead of what suits the device
-- @treturn function an iterator over start (index or id) and sequence (a new table each time)
-- @raise as diversity_sequence; and, as an iterator cannot return nil and a message, also inside
-- the loop: with the library's sentence when the machine fails, and when the context was closed or
-- its embeddings were replaced
function Context:diversity_sequences(starts, opts)
  check_uploaded(self, "diversity_sequences")
  return sequences.iterate(self, "diversity_sequences", starts, opts)
end

-- The caller's buffer if it is one of floats and holds `needed` bytes; nil when there is none.
local function own_buffer(position, name, buffer, needed)
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

-- Rows first … first + count - 1 as a view.
local function view(self, position, name, first, count, buffer)
  local n = self.ids.n
  local numbers = count * n
  buffer = own_buffer(position, name, buffer, numbers * 4)
  if not buffer and numbers * 4 > memory.largest then
    return nil, ("%d rows of %d similarities take %.0f bytes, and LuaJIT cannot hold more than "
      .. "2 GiB in one piece: compute at most %d rows at a time with ctx:similarity_rows(first, "
      .. "count), or give memory of your own as opts.buffer"):format(count, n, numbers * 4,
      math.floor(memory.largest / (4 * n)))
  end
  local message
  if not buffer then
    buffer, message = memory.collected("float[?]", numbers, 4)
  end
  if not buffer then
    return nil, message
  end
  local result = matrix.take(self, first - 1, first - 1 + count, ffi.cast("float *", buffer))
  if result ~= 0 then
    return self:failed(result)
  end
  return Similarity.new(buffer, first, count, self.ids)
end

local function whole(self, name, opts)
  opts = check.options(1, name, opts, { "buffer" })
  return view(self, 1, name, 1, self.ids.n, opts.buffer)
end

--- The similarity of every item with every other, as a view over one buffer of n x n floats.
-- @tparam[opt] table opts
-- @tparam[opt] cdata opts.buffer `float[?]` or `float *` with room for n x n, to be filled and
-- viewed instead of a new one
-- @treturn Similarity or nil and a message: also when n x n floats are more than the 2 GiB that
-- LuaJIT can hold in one piece (n > 23,170), for which there is similarity_rows
function Context:similarity(opts)
  check_uploaded(self, "similarity")
  return whole(self, "similarity", opts)
end

--- Some rows of the similarity matrix, as a view over count x n floats.
-- Rows are counted in the order of the upload, also where there are ids.
-- @tparam int first the first row, from 1
-- @tparam[opt] int count how many rows; by default all from the first
-- @tparam[opt] table opts as for similarity
-- @treturn Similarity or nil and a message
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

--- The whole similarity matrix as nested tables, in the order of the upload.
-- Takes 8 bytes a number, for n = 8,000 about 512 MB; similarity() takes half and copies nothing.
-- @treturn {{number,...},...} matrix[i][j] is the cosine of rows i and j, from 1; or nil and a
-- message
function Context:compute_similarity_matrix()
  check_uploaded(self, "compute_similarity_matrix")
  local similarity, message = whole(self, "compute_similarity_matrix")
  if not similarity then
    return nil, message
  end
  return similarity:to_table()
end

--- For every item its k nearest: those with the highest similarity, highest first, never itself.
-- Ties go to the item uploaded first.
-- @tparam int k how many, 1 to n - 1
-- @tparam[opt] table opts
-- @tparam[opt=1] int opts.first the first row to answer for, from 1, in the order of the upload
-- @tparam[opt] int opts.count how many rows; by default all from the first
-- @tparam[opt] int opts.batch rows computed at a time, instead of what suits memory and n
-- @treturn {[id]={id,...},...} by index (from 1) or id: the k nearest items; or nil and a message
-- @treturn {[id]={number,...},...} in the same way, their similarities. (Where ids are C data, both
-- tables find a row by any id of the same value.)
-- @usage local near, how_near = assert(ctx:nearest_neighbors(10))
-- print(near[17][1], how_near[17][1])
function Context:nearest_neighbors(k, opts)
  check_uploaded(self, "nearest_neighbors")
  return neighbors.nearest(self, "nearest_neighbors", k, opts)
end

--- The devices there are, as @{vk_compute.devices}.
-- @treturn {table,...} or nil and a message
function Context:devices()
  check_self(self, "devices")
  return device.list(self.lib)
end

--- The device of this context: as in @{vk_compute.devices}, with memory_limit and memory_used.
-- @treturn table or nil and a message
function Context:device()
  check_self(self, "device")
  return device.of(self.lib, self.handle)
end

--- How much was uploaded.
-- @treturn int n, 0 before any upload and after an interrupted one
-- @treturn int dim, in the same way
function Context:size()
  check_self(self, "size")
  if not self.ids then
    return 0, 0
  end
  return self.ids.n, self.dim
end

--- Releases the device and all that is on it. May be called again. Views stay valid.
function Context:close()
  if getmetatable(self) ~= Context then
    errors.raise("calling 'close' on bad self (call it with a colon, as in ctx:close())")
  end
  local handle = self.handle
  if handle then
    self.handle = nil
    ffi.gc(handle, nil)
    self.lib.vkc_lua_destroy(handle)
  end
end

return Context
