-- SPDX-License-Identifier: MIT

-- Computes similarities and a diversity sequence in plain LuaJIT, with nested tables only:
--
--    luajit plain.lua matrix|sequence FILE N D LENGTH SECONDS
--
-- FILE contains N x D floats. "matrix" computes half of the similarity matrix, "sequence" the first
-- LENGTH items of the diversity sequence from item 1, or as many as fit in SECONDS. Prints the
-- seconds and the number of steps.

local ffi = require("ffi")

package.path = arg[0]:gsub("[^/]*$", "") .. "../examples/?.lua;" .. package.path
local now = require("clock").now

local task, path = arg[1], arg[2]
local n, d, length = tonumber(arg[3]), tonumber(arg[4]), tonumber(arg[5])
local max_seconds = tonumber(arg[6])

local file = assert(io.open(path, "rb"))
local bytes = file:read("*a")
file:close()
assert(#bytes == n * d * 4, "the size of the file is not N x D floats")

local floats = ffi.cast("const float *", bytes)
local rows, units = {}, {}
for i = 1, n do
  local row, unit, sum = {}, {}, 0
  for c = 1, d do
    row[c] = floats[(i - 1) * d + c - 1]
    sum = sum + row[c] * row[c]
  end
  local norm = math.sqrt(sum)
  for c = 1, d do
    unit[c] = norm > 0 and row[c] / norm or 0
  end
  rows[i], units[i] = row, unit
end

local function dot(a, b)
  local sum = 0
  for c = 1, d do
    sum = sum + a[c] * b[c]
  end
  return sum
end

local function matrix()
  local result = {}
  for i = 1, n do
    result[i] = {}
  end
  for i = 1, n do
    for j = i, n do
      local cosine = dot(units[i], units[j])
      result[i][j] = cosine
      result[j][i] = cosine
    end
  end
  return #result
end

local function sequence()
  local began = now()
  local used, centroid, order = {}, {}, { 1 }
  for c = 1, d do
    centroid[c] = 0
  end
  while #order < length and now() - began < max_seconds do
    local chosen = order[#order]
    used[chosen] = true
    for c = 1, d do
      centroid[c] = centroid[c] + rows[chosen][c]
    end
    local best, least = nil, math.huge
    for j = 1, n do
      if not used[j] then
        local score = dot(units[j], centroid)
        if score < least then
          best, least = j, score
        end
      end
    end
    order[#order + 1] = best
  end
  return #order - 1
end

local began = now()
local steps = assert(({ matrix = matrix, sequence = sequence })[task], "no such task")()
print(("%.9f %d"):format(now() - began, steps))
