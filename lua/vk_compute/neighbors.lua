-- SPDX-License-Identifier: MIT
-- Nearest neighbours as tables, computed in panels so that no buffer grows with n.

local ffi = require("ffi")
local check = require("vk_compute.check")
local errors = require("vk_compute.errors")
local memory = require("vk_compute.memory")

local neighbors = {}

-- Of results in memory, and of similarities that one call looks at: between two calls a person who
-- presses Ctrl-C is heard.
local panel_bytes, panel_similarities = 64 * 2 ^ 20, 2 ^ 30

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

  local panel = math.max(1, math.floor(math.min(panel_bytes / (8 * k), panel_similarities / n)))
  if opts.batch ~= nil then
    panel = check.integer(2, name, "opts.batch", opts.batch, 1, n)
  end
  panel = math.min(panel, math.max(count, 1))
  local indices, message = memory.collected("uint32_t[?]", panel * k, 4)
  local similarities
  if indices then
    similarities, message = memory.collected("float[?]", panel * k, 4)
  end
  if not similarities then
    return nil, message
  end

  local in_array = ctx.ids.names == nil and first == 1
  local all_ids = memory.table(in_array and count or 0, in_array and 0 or count)
  local all_similarities = memory.table(in_array and count or 0, in_array and 0 or count)
  local done = 0
  while done < count do
    local rows = math.min(panel, count - done)
    if ctx.lib.vkc_lua_compute_nearest_neighbors(ctx.handle, first + done - 1, rows, k, indices,
      ffi.cast("float *", similarities)) ~= 0 then
      return nil, ctx:last_error()
    end
    keep(ctx.ids, first + done, rows, k, indices, similarities, all_ids, all_similarities)
    done = done + rows
  end
  return all_ids, all_similarities
end

return neighbors
