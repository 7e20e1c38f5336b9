-- SPDX-License-Identifier: MIT
-- Computes diversity sequences: a single one, or many through an iterator that works in batches.

local ffi = require("ffi")
local calls = require("vk_compute.calls")
local check = require("vk_compute.check")
local ctype = require("vk_compute.ctype")
local errors = require("vk_compute.errors")
local memory = require("vk_compute.memory")

local sequences = {}

-- Limits for a batch: bytes of results, and number of sequences.
local max_batch_bytes = 64 * 2 ^ 20
local max_batch = 8192

-- Continues sequences for about a second.
-- @param output count x length indices starting at 0
-- @param lengths how many elements of each sequence there are
-- @return the library's result
local function continue(ctx, output, lengths, count, length)
  return calls.timed(ctx.lib.vkc_lua_continue_diversity_sequences, ctx.handle, output, lengths,
    count, length, calls.target)
end

-- Converts indices starting at 0 to a table of ids.
local function to_ids(ids, indices, length)
  local result = memory.table(length, 0)
  local names = ids.names
  if names then
    for i = 1, length do
      result[i] = names[indices[i - 1] + 1]
    end
  else
    for i = 1, length do
      result[i] = indices[i - 1] + 1
    end
  end
  return result
end

-- Returns the indices with which a sequence begins, starting at 0, and their number.
local function prefix_of(ids, name, start, prefix)
  local row = ids:row(1, name, "start", start)
  if not check.given(prefix) then
    return ffi.new("uint32_t[1]", row - 1), 1
  end
  local count = check.list(2, name, "opts.prefix", prefix)
  if count == 0 or not ids.same(prefix[1], start) then
    errors.argument(2, name, "opts.prefix[1] is %s, expected the start, %s", ctype.show(prefix[1]),
      ctype.show(start))
  elseif count > ids.n then
    errors.argument(2, name, "opts.prefix has %d items, but only %d were uploaded", count, ids.n)
  end
  local indices, seen = ffi.new("uint32_t[?]", count), {}
  for i = 1, count do
    local item = ids:row(2, name, ("opts.prefix[%d]"):format(i), prefix[i])
    if seen[item] then
      errors.argument(2, name, "opts.prefix[%d] is %s, the same as opts.prefix[%d]", i,
        ctype.show(prefix[i]), seen[item])
    end
    indices[i - 1], seen[item] = item - 1, i
  end
  return indices, count
end

--- Returns one sequence as a table of ids, or nil and a message; see Context:diversity_sequence.
function sequences.one(ctx, name, start, opts)
  opts = check.options(2, name, opts, { "length", "prefix" })
  local ids = ctx.ids
  local n = ids.n
  local prefix, prefix_length = prefix_of(ids, name, start, opts.prefix)
  ctx:check_open()
  if ctx.ids ~= ids then -- by a metamethod of a list
    errors.raise("the embeddings were replaced while the arguments were being read")
  end
  local length = check.integer_or(n, 2, name, "opts.length", opts.length, prefix_length, n)
  local output, message = memory.collected("uint32_t[?]", length, 4)
  if not output then
    return nil, message
  end
  ffi.copy(output, prefix, prefix_length * 4)
  local done = ffi.new("uint32_t[1]", prefix_length)
  while done[0] < length do
    local result = continue(ctx, output, done, 1, length)
    if result ~= 0 then
      return ctx:failed(result)
    end
  end
  return to_ids(ids, output, length)
end

-- Returns the starts as indices starting at 0, and their number. Default: all rows.
local function checked_starts(ids, name, starts)
  local all = not check.given(starts)
  local count = all and ids.n or check.list(1, name, "starts", starts)
  local hole = not all and check.hole(starts, count)
  if hole and hole < count then
    ids:row(1, name, ("starts[%d]"):format(hole), nil)
  end
  local indices, message = memory.collected("uint32_t[?]", count, 4)
  if not indices then
    errors.raise(message)
  end
  for i = 1, count do
    indices[i - 1] = all and i - 1
      or ids:row(1, name, ("starts[%d]"):format(i), starts[i]) - 1
  end
  return indices, count
end

--- Returns an iterator over starts and sequences; see Context:diversity_sequences. Its state is in
-- its closure, so that leaving the loop early leaks nothing.
function sequences.iterate(ctx, name, starts, opts)
  opts = check.options(2, name, opts, { "length", "batch" })
  local ids = ctx.ids
  local length = check.integer_or(ids.n, 2, name, "opts.length", opts.length, 1, ids.n)
  local most = math.min(max_batch, math.max(1, math.floor(max_batch_bytes / (4 * length))))
  -- Without opts.batch, the first sequence is a batch of its own, so that it comes soon.
  local batch = check.integer_or(1, 2, name, "opts.batch", opts.batch, 1,
    math.max(1, math.floor(memory.max_cdata / (4 * length))))
  local indices, count = checked_starts(ids, name, starts)

  local output, lengths, capacity -- buffers for a batch, and their size in sequences
  local following = 0 -- the next sequence to return, starting at 0
  local first, past = 0, 0 -- the buffers hold the sequences first … past - 1

  -- Begins the batch that starts with the following sequence. Ctrl-C or a lack of memory can raise
  -- an error at any step; the next call then begins the batch again.
  local function begin()
    local size = math.min(batch, count - following)
    if size > (capacity or 0) then
      local new_output, message = memory.collected("uint32_t[?]", size * length, 4)
      local new_lengths
      if new_output then
        new_lengths, message = memory.collected("uint32_t[?]", size, 4)
      end
      if not new_lengths then
        errors.raise(message)
      end
      past = 0
      output, lengths, capacity = new_output, new_lengths, size
    end
    past = 0 -- the buffers are about to be overwritten
    for i = 0, size - 1 do
      output[i * length], lengths[i] = indices[following + i], 1
    end
    first = following
    past = following + size
    if opts.batch == nil then
      batch = math.min(2 * size, most)
    end
  end

  return function()
    ctx:check_open()
    if ctx.ids ~= ids then
      errors.raise("the embeddings were replaced while their diversity sequences were being read")
    elseif following == count then
      return nil
    elseif following >= past then
      begin()
    end
    while lengths[following - first] < length do
      local result = continue(ctx, output, lengths, past - first, length)
      if result ~= 0 then
        errors.raise(select(2, ctx:failed(result)))
      end
    end
    local start = ids:name(indices[following] + 1)
    local sequence = to_ids(ids, output + (following - first) * length, length)
    following = following + 1
    return start, sequence
  end
end

return sequences
