-- SPDX-License-Identifier: MIT

-- Converts the CSV files of the benchmarks to Markdown tables:
--
--    luajit tables.lua FOLDER > tables.md

-- ---- Reading ----

local function parse_line(line)
  local cells, at = {}, 1
  while at <= #line + 1 do
    if line:sub(at, at) == '"' then
      local finish = at
      repeat
        finish = line:find('"', finish + 1, true)
        local doubled = line:sub(finish + 1, finish + 1) == '"'
        finish = doubled and finish + 1 or finish
      until not doubled
      cells[#cells + 1] = line:sub(at + 1, finish - 1):gsub('""', '"')
      at = finish + 2
    else
      local finish = line:find(",", at, true) or #line + 1
      cells[#cells + 1] = line:sub(at, finish - 1)
      at = finish + 1
    end
  end
  return cells
end

-- Reads the rows of a file, each as a table by column. Empty cells are nil.
local function read_csv(path)
  local names, rows = nil, {}
  for line in io.lines(path) do
    local cells = parse_line(line)
    if not names then
      names = cells
    else
      local row = {}
      for i, name in ipairs(names) do
        row[name] = cells[i] ~= "" and cells[i] or nil
      end
      rows[#rows + 1] = row
    end
  end
  return rows
end

local folder = assert(arg[1], "usage: luajit tables.lua FOLDER")
local files = {} -- { program, rows }
for path in io.popen(("ls '%s'/*.csv"):format(folder:gsub("'", "'\\''"))):lines() do
  files[#files + 1] = { program = path:match("([^/-]*)-[^/]*$"), rows = read_csv(path) }
end

-- ---- Writing ----

local function matches(row, wanted)
  for column, value in pairs(wanted) do
    if row[column] ~= value then
      return false
    end
  end
  return true
end

local function cell_of(rows, where, column)
  for _, row in ipairs(rows) do
    if matches(row, where) then
      return row[column]
    end
  end
end

local function comes_before(a, b)
  for i = 1, #a.key do
    local x, y = tonumber(a.key[i]) or a.key[i], tonumber(b.key[i]) or b.key[i]
    if x ~= y then
      if type(x) == type(y) then
        return x < y
      end
      return type(x) == "number"
    end
  end
  return false
end

-- Prints a table. Fields of section:
--    title
--    program   prefix of the CSV files to use
--    keys      columns that identify a line
--    key_of    cells of the rows that have the keys (default: all rows)
--    columns   list of { heading, cells of the row to use, column }
--    each      whether every row of a file is a line, instead of every file
local function write(section)
  local lines = {}
  for _, file in ipairs(files) do
    for _, row in ipairs(file.program == section.program and file.rows or {}) do
      if matches(row, section.key_of or {}) then
        local line = { key = {} }
        for i, name in ipairs(section.keys) do
          line.key[i] = row[name] or ""
          line[i] = line.key[i]
        end
        for _, column in ipairs(section.columns) do
          local from = section.each and { row } or file.rows
          line[#line + 1] = cell_of(from, column[2], column[3]) or ""
        end
        lines[#lines + 1] = line
        if not section.each then
          break
        end
      end
    end
  end
  if #lines == 0 then
    return
  end
  if not section.each then
    table.sort(lines, comes_before)
  end
  local heads, rule = { unpack(section.keys) }, {}
  for _, column in ipairs(section.columns) do
    heads[#heads + 1] = column[1]
  end
  for i = 1, #heads do
    rule[i] = i > #section.keys and "---:" or "---"
  end
  print(("### %s\n\n| %s |\n| %s |"):format(section.title, table.concat(heads, " | "),
    table.concat(rule, " | ")))
  for _, line in ipairs(lines) do
    print("| " .. table.concat(line, " | ") .. " |")
  end
  print("")
end

local function library_row(task, k)
  return { task = task, method = "vulkan_compute", k = k }
end

local function method_row(method, k)
  return { method = method, k = k }
end

local size = { "data", "n", "d" }
local matrix = library_row("matrix")

for _, file in ipairs(files) do
  local row = file.rows[1]
  if row and row.processor then
    print(("%s; %s; vulkan_compute %s; %s, %s threads.\n"):format(row.device, row.driver,
      row.library, row.processor, row.threads))
    break
  end
end

write({
  title = "The whole similarity matrix", program = "similarity", keys = size,
  columns = {
    { "matrix, s", matrix, "seconds" },
    { "with upload, s", library_row("upload and matrix"), "seconds" },
    { "ssyrk (half), s", method_row("ssyrk (half)"), "seconds" },
    { "sgemm, s", method_row("sgemm"), "seconds" },
    { "plain LuaJIT, s", method_row("plain LuaJIT (half)"), "seconds" },
    { "matrix / ssyrk", matrix, "vs_ssyrk" },
    { "with upload / ssyrk", library_row("upload and matrix"), "vs_ssyrk" },
    { "matrix / sgemm", matrix, "vs_sgemm" },
    { "G multiply-adds/s", matrix, "gmadds_per_s" },
    { "of ssyrk", method_row("ssyrk (half)"), "gmadds_per_s" },
  },
})
write({
  title = "Errors, memory and transfers of the whole matrix", program = "similarity", keys = size,
  columns = {
    { "largest error", matrix, "error" },
    { "of ssyrk", method_row("ssyrk (half)"), "error" },
    { "symmetric, diagonal 1", matrix, "exact" },
    { "peak host memory, MiB", matrix, "host_mib" },
    { "device memory, MiB", matrix, "device_mib" },
    { "to the host, MiB", matrix, "moved_mib" },
  },
})
write({
  title = "Parts and forms of the matrix", program = "similarity", keys = size,
  columns = {
    { "100 rows, s", library_row("100 rows"), "seconds" },
    { "/ matrix", library_row("100 rows"), "vs_matrix" },
    { "packed, s", library_row("packed"), "seconds" },
    { "/ matrix", library_row("packed"), "vs_matrix" },
    { "only read, s", library_row("matrix, only read"), "seconds" },
    { "/ matrix", library_row("matrix, only read"), "vs_matrix" },
    { "same bytes as whole", library_row("packed"), "exact" },
  },
})
for _, k in ipairs({ "10", "100" }) do
  write({
    title = ("Nearest neighbours of all, k = %s"):format(k), program = "similarity", keys = size,
    columns = {
      { "neighbours, s", library_row("neighbors", k), "seconds" },
      { "/ matrix, not read", library_row("neighbors", k), "vs_device" },
      { "FAISS, s", method_row("FAISS", k), "seconds" },
      { "/ FAISS", library_row("neighbors", k), "vs_faiss" },
      { "in exact order, %", library_row("neighbors", k), "agree" },
      { "FAISS agrees, %", method_row("FAISS", k), "agree" },
      { "to the host, MiB", library_row("neighbors", k), "moved_mib" },
      { "peak host memory, MiB", library_row("neighbors", k), "host_mib" },
      { "device memory, MiB", library_row("neighbors", k), "device_mib" },
    },
  })
end

local walks = { "data", "n", "d", "walks", "length", "limit_mib", "tuning" }
local library = { method = "vulkan_compute" }
write({
  title = "Diversity sequences", program = "diversity", keys = walks, key_of = library,
  columns = {
    { "all of them, s", library, "seconds" },
    { "walks/s", library, "walks_per_s" },
    { "µs/step", library, "us_per_step" },
    { "/ sgemv loop", library, "vs_sgemv" },
    { "matrix", library, "matrix" },
    { "device memory, MiB", library, "device_mib" },
    { "equal to float64, %", library, "equal_percent" },
    { "positions checked", library, "checked" },
  },
})
local peers = {}
for _, name in ipairs({ "vulkan_compute", "sgemv loop", "sgemm, walks in lockstep",
  "FAISS inner products", "plain C, float32 matrix", "plain C, float64 matrix",
  "plain LuaJIT" }) do
  peers[#peers + 1] = { name, method_row(name), "us_per_step" }
end
write({
  title = "Microseconds per step and walk, compared with others", program = "diversity",
  keys = walks, key_of = library, columns = peers,
})
write({
  title = "A step of one walk as the set grows", program = "steps", each = true,
  keys = { "items" },
  columns = {
    { "µs/step", {}, "us_per_step" },
    { "straight line", {}, "fitted_us" },
    { "R²", {}, "r_squared" },
    { "ns per item", {}, "ns_per_item" },
    { "µs fixed", {}, "us_fixed" },
  },
})
write({
  title = "Walks from all items that have chosen the same set", program = "merging", keys = size,
  columns = {
    { "steps left, %", {}, "steps_left_percent" },
    { "first equal after", {}, "first_equal_after" },
    { "sets after 10 %", {}, "sets_after_10_percent" },
    { "25 %", {}, "sets_after_25_percent" },
    { "50 %", {}, "sets_after_50_percent" },
    { "75 %", {}, "sets_after_75_percent" },
  },
})
write({
  title = "Sequences checked against exact arithmetic", program = "exact_walks",
  keys = { "data", "n", "d", "walks", "length" },
  columns = {
    { "positions", {}, "positions" },
    { "wrong", {}, "wrong" },
    { "near ties", {}, "near_ties" },
    { "true ties", {}, "true_ties" },
    { "largest miss", {}, "largest_miss" },
    { "checking, s", {}, "checking_s" },
  },
})

local function command_row(task)
  return { task = task, method = "command" }
end

local api, full, extended = method_row("API"), method_row("full run"), method_row("--extend")
for _, task in ipairs({ "similarity-matrix", "diversity-all" }) do
  local command = command_row(task)
  write({
    title = ("The program: %s"):format(task), program = "program",
    keys = { "data", "n", "d", "length", "limit_mib" }, key_of = command,
    columns = {
      { "command, s", command, "seconds" },
      { "library alone, s", api, "seconds" },
      { "writing alone, s", method_row("writing"), "seconds" },
      { "command / both", command, "vs_api" },
      { "peak memory, MiB", command, "peak_mib" },
      { "driver, MiB", command, "driver_mib" },
      { "device memory, MiB", command, "device_mib" },
      { "beyond the driver's, MiB", command, "beyond_mib" },
      { "same bytes as library", command, "exact" },
    },
  })
end
write({
  title = "The program: from its start to the end of diversity-sequence", program = "program",
  keys = { "data", "n", "d", "length" }, key_of = { task = "start" },
  columns = {
    { "s", method_row("start, shaders kept"), "seconds" },
    { "first time, s", method_row("first start, no shaders kept"), "seconds" },
    { "devices, s", method_row("devices"), "seconds" },
  },
})
write({
  title = "The program: diversity-all --extend", program = "program",
  keys = { "data", "n", "d", "appended", "length" }, key_of = { task = "extend" },
  columns = {
    { "full run, s", full, "seconds" },
    { "--extend, s", extended, "seconds" },
    { "/ full run", extended, "vs_full" },
    { "elements kept, %", extended, "kept_percent" },
    { "same bytes as full run", extended, "exact" },
  },
})
write({
  title = "Through Lua", program = "lua", each = true, keys = { "n", "d", "task" },
  columns = { { "ms", {}, "ms" }, { "above C, ms", {}, "above_c_ms" } },
})
