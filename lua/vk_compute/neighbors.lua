-- SPDX-License-Identifier: MIT
-- Nearest neighbours as tables, computed in panels so that no buffer grows with n.

local ffi = require("ffi")
local calls = require("vk_compute.calls")
local check = require("vk_compute.check")
local errors = require("vk_compute.errors")
local matrix = require("vk_compute.matrix")
local memory = require("vk_compute.memory")

local neighbors = {}

-- Of results in memory.
local panel_bytes = 64 * 2 ^ 20

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
  local first = check.integer_or(1, 2, name, "opts.first", opts.first, 1, n)
  local rest = n - first + 1
  local count = check.integer_or(rest, 2, name, "opts.count", opts.count, 0, rest)

  local most = math.max(1, math.min(count, math.floor(panel_bytes / (8 * k))))
  if check.given(opts.batch) then
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
  local at, last = first - 1, first - 1 + count
  local expected = matrix.expect(ctx, count, at > 0)
  if expected ~= 0 then
    return ctx:failed(expected)
  end
  local panel = opts.batch or matrix.first_rows
  while at < last do
    local rows = math.min(panel, most, last - at)
    local result, seconds = calls.timed(ctx.lib.vkc_lua_compute_nearest_neighbors, ctx.handle, at,
      rows, k, indices, ffi.cast("float *", similarities))
    if result ~= 0 then
      return ctx:failed(result)
    end
    keep(ctx.ids, at + 1, rows, k, indices, similarities, all_ids, all_similarities)
    at = at + rows
    if opts.batch == nil then
      panel = calls.next_size(rows, seconds)
    end
  end
  return ctx.ids:keyed(all_ids), ctx.ids:keyed(all_similarities)
end

return neighbors
