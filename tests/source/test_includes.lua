-- SPDX-License-Identifier: MIT
-- The layers of the sources: a file of src/ includes only files of its own folder and of the layers
-- below, and no files include each other, directly or indirectly. A header and the source of the
-- same name count as one file.

-- The layers, from the bottom up.
local layers = { "base", "vulkan", "engine", "data", "matrix", "sequence", "api" }

local height = {}
for i, layer in ipairs(layers) do
  height[layer] = i
end

local root = assert(arg[1], "usage: test_includes.lua FOLDER")
local failures = {}

local function fail(...)
  failures[#failures + 1] = string.format(...)
end

local function layer_of(path)
  return path:match("^([^/]+)/")
end

local function unit_of(path)
  return (path:gsub("%.[ch]$", ""))
end

--- The files of src/ that a file includes; they are named with their folder.
local function includes(path)
  local found = {}
  for line in io.lines(root .. "/" .. path) do
    local other = line:match('^%s*#%s*include%s+"([^"]+)"')
    if other and height[layer_of(other)] then
      found[#found + 1] = other
    end
  end
  return found
end

local units, graph, num_files = {}, {}, 0
local list = assert(io.popen(("cd '%s' && find . -name '*.[ch]' | sort"):format(root)))
for line in list:lines() do
  local path = line:gsub("^%./", "")
  local unit, own = unit_of(path), height[layer_of(path)]
  num_files = num_files + 1
  if not own then
    fail("src/%s is in none of the layers %s", path, table.concat(layers, ", "))
  end
  if not graph[unit] then
    graph[unit] = {}
    units[#units + 1] = unit
  end
  for _, other in ipairs(includes(path)) do
    if own and height[layer_of(other)] > own then
      fail("src/%s includes %s, which is a layer above", path, other)
    end
    if unit_of(other) ~= unit then
      table.insert(graph[unit], unit_of(other))
    end
  end
end
list:close()
assert(num_files > 10, "no sources in " .. root)

local state, path = {}, {}
local function visit(unit)
  if state[unit] == "done" then
    return
  end
  path[#path + 1] = unit
  if state[unit] == "on the path" then
    local first = 1
    while path[first] ~= unit do
      first = first + 1
    end
    fail("these include each other: %s", table.concat(path, " -> ", first))
  else
    state[unit] = "on the path"
    for _, other in ipairs(graph[unit]) do
      visit(other)
    end
    state[unit] = "done"
  end
  path[#path] = nil
end
for _, unit in ipairs(units) do
  visit(unit)
end

for _, failure in ipairs(failures) do
  io.stderr:write(failure, "\n")
end
print(("%d files in %d layers, %d failures"):format(num_files, #layers, #failures))
os.exit(#failures == 0 and 0 or 1)
