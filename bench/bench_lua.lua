-- SPDX-License-Identifier: MIT

-- Measures the overhead of the Lua module: each of its calls is compared with the same call of the
-- C library in the same process, alternately. `above_c_ms` is the median of the differences in all
-- rounds.

local ffi = require("ffi")

local usage = [[
usage: luajit bench_lua.lua [--OPTION VALUE]…

Compares each call of the Lua module with the same call of the C library.

  --n       number of items (2000)
  --d       numbers per item (384)
  --rounds  number of rounds (5)
  --csv     CSV file to write
]]
for _, argument in ipairs(arg) do
  if argument == "--help" then
    io.write(usage)
    os.exit(0)
  end
end

local here = arg[0]:gsub("[^/]*$", "")
package.path = here .. "../lua/?.lua;" .. here .. "../lua/?/init.lua;" .. package.path
local vk = require("vk_compute")
local lib = assert(require("vk_compute.library").load())

ffi.cdef([[
  typedef struct VkComputeContext VkComputeContext;
  VkComputeContext *vkc_init(void);
  void vkc_destroy(VkComputeContext *ctx);
  uint32_t vkc_version(void);
  int vkc_upload_embeddings(VkComputeContext *ctx, const float *embeddings, uint32_t n, uint32_t d);
  int vkc_compute_diversity_sequence(VkComputeContext *ctx, uint32_t start, uint32_t *sequence);
  int vkc_compute_similarity_matrix(VkComputeContext *ctx, float *matrix);
  int vkc_compute_nearest_neighbors(VkComputeContext *ctx, uint32_t first, uint32_t count,
                                    uint32_t k, uint32_t *indices, float *similarities);
  struct bench_timespec { long seconds; long nanoseconds; };
  int clock_gettime(int clock, struct bench_timespec *now);
]])

local settings = { n = 2000, d = 384, rounds = 5 }
for i = 1, #arg, 2 do
  local name = arg[i]:match("^%-%-(.*)$")
  local value = name == "csv" and arg[i + 1] or tonumber(arg[i + 1])
  if not value or not (settings[name] or name == "csv") then
    io.stderr:write(usage)
    os.exit(1)
  end
  settings[name] = value
end
local n, d, k = settings.n, settings.d, math.min(10, settings.n - 1)

local time = ffi.new("struct bench_timespec")

local function now()
  ffi.C.clock_gettime(1, time) -- CLOCK_MONOTONIC
  return tonumber(time.seconds) + tonumber(time.nanoseconds) * 1e-9
end

local function timed(action, ...)
  collectgarbage()
  local began = now()
  local result = action(...)
  return now() - began, result
end

local function median(values)
  local sorted = { unpack(values) }
  table.sort(sorted)
  local middle = (#sorted + 1) / 2
  return (sorted[math.floor(middle)] + sorted[math.ceil(middle)]) / 2
end

-- Rows of the table: the task, and for each round the seconds in Lua and their excess over C.
local rows, by_task = {}, {}

local function add(task, lua_seconds, c_seconds)
  local row = by_task[task]
  if not row then
    row = { task = task, lua = {}, above = {} }
    rows[#rows + 1], by_task[task] = row, row
  end
  table.insert(row.lua, lua_seconds)
  table.insert(row.above, c_seconds and lua_seconds - c_seconds)
end

-- ---- Data and contexts ----

math.randomseed(1)
local floats = ffi.new("float[?]", n * d)
local nested, flat = {}, {}
for i = 1, n do
  nested[i] = {}
  for j = 1, d do
    local x = math.random() - 0.5
    floats[(i - 1) * d + j - 1] = x
    nested[i][j], flat[(i - 1) * d + j] = x, x
  end
end
local context = assert(vk.new())
local c_context = lib.vkc_init()
assert(c_context ~= nil, "vkc_init failed")
local matrix = ffi.new("float[?]", n * n)
local order = ffi.new("uint32_t[?]", n)
local indices, similarities = ffi.new("uint32_t[?]", n * k), ffi.new("float[?]", n * k)

local function check(result)
  assert(result == 0, "a call of the C library failed")
end

-- ---- Measurements ----

local function uploads()
  local function upload_c()
    check(lib.vkc_upload_embeddings(c_context, floats, n, d))
  end
  local function upload(embeddings, opts)
    assert(context:upload_embeddings(embeddings, opts))
  end
  local base = timed(upload_c)
  add("upload of a nested table", timed(upload, nested), base)
  base = timed(upload_c)
  add("upload of a flat table", timed(upload, flat, { dim = d }), base)
  base = timed(upload_c)
  add("upload of cdata", timed(upload, floats, { n = n, dim = d }), base)
end

local function matrices()
  -- The first call computes the matrix. The measurement covers only reading it.
  check(lib.vkc_compute_similarity_matrix(c_context, matrix))
  assert(context:similarity({ buffer = matrix }))
  local base = timed(function()
    check(lib.vkc_compute_similarity_matrix(c_context, matrix))
  end)
  local seconds, view = timed(function()
    return assert(context:similarity({ buffer = matrix }))
  end)
  add("matrix as a view", seconds, base)
  add("  to_table() of the view", (timed(view.to_table, view)), nil)
  local calls, sum = 1e6, 0
  add("  a million get(i, j)", (timed(function()
    for i = 1, calls do
      sum = sum + view:get(i % n + 1, i % 7 + 1)
    end
  end)), nil)
end

-- The iterator computes a batch with its first sequence. The others measure only the conversion.
local function sequences()
  local base = timed(function()
    check(lib.vkc_compute_diversity_sequence(c_context, 0, order))
  end)
  add("a sequence as a table", (timed(function()
    return assert(context:diversity_sequence(1))
  end)), base)
  local starts = { 1, 2, 3, 4 }
  local following = context:diversity_sequences(starts, { batch = #starts })
  following()
  for _ = 2, #starts do
    add("  of that, the table", (timed(following)), nil)
  end
end

local function neighbors()
  local base = timed(function()
    check(lib.vkc_compute_nearest_neighbors(c_context, 0, n, k, indices, similarities))
  end)
  add(("%d neighbours of each as tables"):format(k), (timed(function()
    return assert(context:nearest_neighbors(k))
  end)), base)
end

local function calls()
  local count, sum = 1e6, 0
  add("a million calls of vkc_version", (timed(function()
    for _ = 1, count do
      sum = sum + lib.vkc_version()
    end
  end)), nil)
  add("a million calls of ctx:size", (timed(function()
    for _ = 1, count do
      sum = sum + context:size()
    end
  end)), nil)
end

uploads() -- lets LuaJIT compile the loops
rows, by_task = {}, {}
for _ = 1, settings.rounds do
  uploads()
  matrices()
  sequences()
  neighbors()
  calls()
end

-- ---- The table ----

local device = assert(context:device())
local csv
if settings.csv then
  csv = assert(io.open(settings.csv, "w"))
  csv:write("device,driver,library,n,d,task,runs,ms,above_c_ms\n")
end

local function quoted(text)
  return '"' .. text:gsub('"', '""') .. '"'
end

print(("%s; %s; vulkan_compute %s; n = %d, d = %d\n"):format(device.name, device.driver, vk.version,
  n, d))
print(("%-34s %5s %12s %12s"):format("task", "runs", "ms", "above_c_ms"))
for _, row in ipairs(rows) do
  local ms = ("%.4g"):format(median(row.lua) * 1e3)
  local above = #row.above > 0 and ("%.4g"):format(median(row.above) * 1e3) or ""
  print(("%-34s %5d %12s %12s"):format(row.task, #row.lua, ms, above))
  if csv then
    csv:write(table.concat({ quoted(device.name), quoted(device.driver), vk.version, n, d,
      quoted(row.task), #row.lua, ms, above }, ","), "\n")
  end
end
if csv then
  csv:close()
end
context:close()
lib.vkc_destroy(c_context)
