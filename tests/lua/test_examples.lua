-- SPDX-License-Identifier: MIT
-- The examples of the Lua module, run as their first lines describe.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")

local examples = support.here .. "../../examples/"

local function output_of(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo status $?"))
  local output = pipe:read("*a")
  pipe:close()
  local text, status = output:match("^(.*)status (%d+)\n$")
  luaunit.assertEquals(status, "0", text)
  return text
end

TestExamples = {}

function TestExamples.test_basics()
  local output = output_of(support.luajit .. " " .. examples .. "basics.lua")
  luaunit.assertStrContains(output, "8 items of 3 numbers\n")
  luaunit.assertStrContains(output, "  apple, ")
  luaunit.assertStrContains(output, "\n  apple:  pear 0.984, plum 0.970\n")
  luaunit.assertStrContains(output, "\napple and pear: 0.984, apple and saw: 0.233\n")
  luaunit.assertStrContains(output, "(embeddings[3][2] is nan)")
end

function TestExamples.test_pieces()
  local folder = os.tmpname()
  os.remove(folder)
  local n = 700 -- more than one piece, and not a multiple of its size
  output_of(("mkdir %s && %s %spieces.lua %d %s"):format(folder, support.luajit, examples, n,
    folder))
  local file = assert(io.open(folder .. "/similarity.f32", "rb"))
  local bytes = file:read("*a")
  file:close()
  luaunit.assertEquals(#bytes, n * n * 4)
  local matrix = ffi.cast("const float *", bytes)
  for i = 0, n - 1 do
    assert(matrix[i * n + i] == 1 and matrix[i * n + 600] == matrix[600 * n + i])
  end
  local count = 0
  for line in io.lines(folder .. "/sequences.txt") do
    count = count + 1
    local first, rest = line:match("^(%d+)(.*)$")
    luaunit.assertEquals(tonumber(first), count)
    luaunit.assertEquals(select(2, rest:gsub(" %d+", "")), 19)
  end
  luaunit.assertEquals(count, n)
  os.execute("rm -r " .. folder)
end

support.finish()
