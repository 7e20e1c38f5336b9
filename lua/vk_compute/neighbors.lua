-- SPDX-License-Identifier: MIT
-- Computes nearest neighbours as tables, in batches so that no buffer grows with n.

local ffi = require("ffi")
local calls = require("vk_compute.calls")
local check = require("vk_compute.check")
local errors = require("vk_compute.errors")
local matrix = require("vk_compute.matrix")
local memory = require("vk_compute.memory")

local neighbors = {}

-- Limit for the results of a batch.
local max_batch_bytes = 64 * 2 ^ 20

-- Stores the results of a batch in the returned tables, under the ids of its rows.
local function store(ids, first, rows, k, indices, similarities, all_ids, all_similarities)
  for r = 0, rows - 1 do
    local row_ids, row_similarities = memory.table(k, 0), memory.table(k, 0)
    for j = 1, k do
      row_ids[j] = ids:name(indices[r * k + j - 1] + 1)
      row_similarities[j] = similarities[r * k + j - 1]
    end
    local id = ids:name(first + r)
    all_ids[id], all_similarities[id] = row_ids, row_similarities
  end
end

--- Returns two tables by id, the ids of the k nearest items and their similarities, or nil and a
-- message; see Context:nearest_neighbors.
function neighbors.nearest(ctx, name, k, opts)
  opts = check.options(2, name, opts, { "first", "count", "batch" })
  local n = ctx.ids.n
  if n == 1 then
    errors.argument(1, name, "k is %s, but a single item has no neighbours", errors.show(k))
  end
  check.integer(1, name, "k", k, 1, n - 1)
  local first = check.integer_or(1, 2, name, "opts.first", opts.first, 1, n)
  local remaining = n - first + 1
  local count = check.integer_or(remaining, 2, name, "opts.count", opts.count, 0, remaining)

  local max_rows = math.max(1, math.min(count, math.floor(max_batch_bytes / (8 * k))))
  if check.given(opts.batch) then
    max_rows = math.min(check.integer(2, name, "opts.batch", opts.batch, 1, n), math.max(1, count))
  end
  local indices, message = memory.collected("uint32_t[?]", max_rows * k, 4)
  local similarities
  if indices then
    similarities, message = memory.collected("float[?]", max_rows * k, 4)
  end
  if not similarities then
    return nil, message
  end

  local in_array = ctx.ids.names == nil and first == 1
  local all_ids = memory.table(in_array and count or 0, in_array and 0 or count)
  local all_similarities = memory.table(in_array and count or 0, in_array and 0 or count)
  local next_row, past_end = first - 1, first - 1 + count -- starting at 0
  local prepared = next_row > 0 and matrix.prepare_for(ctx, count) or 0
  if prepared ~= 0 then
    return ctx:failed(prepared)
  end
  local batch = opts.batch or matrix.first_rows
  while next_row < past_end do
    local rows = math.min(batch, max_rows, past_end - next_row)
    local result, seconds = calls.timed(ctx.lib.vkc_lua_compute_nearest_neighbors, ctx.handle,
      next_row, rows, k, indices, ffi.cast("float *", similarities))
    if result ~= 0 then
      return ctx:failed(result)
    end
    store(ctx.ids, next_row + 1, rows, k, indices, similarities, all_ids, all_similarities)
    next_row = next_row + rows
    if opts.batch == nil then
      batch = calls.next_size(rows, seconds)
    end
  end
  return ctx.ids:keyed(all_ids), ctx.ids:keyed(all_similarities)
end

return neighbors
