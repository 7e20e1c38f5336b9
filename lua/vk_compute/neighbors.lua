-- SPDX-License-Identifier: MIT
-- Nearest neighbours as tables, computed in panels so that no buffer grows with n.

local ffi = require("ffi")
local calls = require("vk_compute.calls")
local check = require("vk_compute.check")
local errors = require("vk_compute.errors")
local memory = require("vk_compute.memory")

local neighbors = {}

-- Of results in memory; and how much larger than the one before a panel may be.
local panel_bytes, growth = 64 * 2 ^ 20, 4

-- Similarities that the first call looks at; it does so once for about this many neighbours.
local first_similarities, at_once = 2 ^ 29, 64

-- One panel's results into the tables that are returned, under the ids of its rows.
local function keep(ids, first, rows, k, indices, similarities, all_ids, all_similarities)
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

--- Two tables by id: the ids of the k nearest, and their similarities; or nil and a message.
function neighbors.nearest(ctx, name, k, opts)
  opts = check.options(2, name, opts, { "first", "count", "batch" })
  local n = ctx.ids.n
  if n == 1 then
    errors.argument(1, name, "k is %s, but a single item has no neighbours", errors.show(k))
  end
  check.integer(1, name, "k", k, 1, n - 1)
  local first = check.integer(2, name, "opts.first", opts.first or 1, 1, n)
  local count = check.integer(2, name, "opts.count", opts.count or n - first + 1, 0, n - first + 1)

  local most = math.max(1, math.min(count, math.floor(panel_bytes / (8 * k))))
  if opts.batch ~= nil then
    most = math.min(check.integer(2, name, "opts.batch", opts.batch, 1, n), math.max(1, count))
  end
  local indices, message = memory.collected("uint32_t[?]", most * k, 4)
  local similarities
  if indices then
    similarities, message = memory.collected("float[?]", most * k, 4)
  end
  if not similarities then
    return nil, message
  end

  local in_array = ctx.ids.names == nil and first == 1
  local all_ids = memory.table(in_array and count or 0, in_array and 0 or count)
  local all_similarities = memory.table(in_array and count or 0, in_array and 0 or count)
  local matrix = ctx.matrix
  local prepared = matrix:is_used_for(count) and matrix:prepare() or 0
  if prepared ~= 0 then
    return ctx:failed(prepared)
  end
  local panel = opts.batch or math.floor(first_similarities / (n * math.ceil(k / at_once)))
  local at, last = first - 1, first - 1 + count
  while at < last do
    local rows = math.max(1, math.min(panel, most, matrix:rows_at_once(at, last)))
    local whole = matrix:is_used_for(rows)
    local result, seconds = matrix:call(ctx.lib.vkc_lua_compute_nearest_neighbors, at, at + rows,
      at, rows, k, indices, ffi.cast("float *", similarities))
    if result ~= 0 then
      return ctx:failed(result)
    elseif whole then
      matrix:note_whole()
    end
    keep(ctx.ids, at + 1, rows, k, indices, similarities, all_ids, all_similarities)
    at = at + rows
    if opts.batch == nil then
      panel = math.floor(rows * math.min(growth, calls.target / math.max(seconds, 1e-3)))
    end
  end
  return all_ids, all_similarities
end

return neighbors
