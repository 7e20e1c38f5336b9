-- SPDX-License-Identifier: MIT
-- The same bytes with the JIT compiler on and off.

local luaunit = require("luaunit")
local support = require("support")

-- Prints everything that a context computes, to the last bit. The second run of each part is
-- probably compiled if there is a compiler.
local program = [[
local support = require("support")
local vk = require("vk_compute")
io.write(jit.status() and "on\n" or "off\n")
local rows = support.rows(150, 33)
local function show(...)
  for _, value in ipairs({ ... }) do
    if type(value) == "table" then
      show(unpack(value))
    else
      io.write(type(value) == "number" and ("%a "):format(value) or value)
    end
  end
end
local ctx = assert(vk.new())
for _ = 1, 3 do
  assert(ctx:upload(rows))
  show(ctx:compute_similarity_matrix())
  show(ctx:diversity_sequence(3), ctx:nearest_neighbors(9))
  assert(ctx:upload(support.flat(rows), { dim = 33, center = true, type = "float64" }))
  for start, sequence in ctx:diversity_sequences() do
    show(start, sequence)
  end
  local view = ctx:similarity()
  for i = 1, 150 do
    for j = 1, 150 do
      show(view:get(i, j))
    end
  end
  for trial = 1, 150 do
    local kept = rows[trial][7]
    rows[trial][7] = 0 / 0
    show(select(2, pcall(ctx.upload, ctx, rows)), "\n")
    rows[trial][7] = kept
  end
end
ctx:close()
]]

local function output(mode)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(program)
  file:close()
  local pipe = assert(io.popen(("%s %s %s 2>&1"):format(support.luajit, mode, name)))
  local text = pipe:read("*a")
  pipe:close()
  os.remove(name)
  return text:match("^(%w+)\n(.*)$")
end

TestJit = {}

function TestJit.test_on_and_off_give_the_same_bytes()
  local mode_on, on = output("-jon")
  local mode_off, off = output("-joff")
  luaunit.assertEquals(mode_off, "off")
  luaunit.assertEquals(mode_on, "on")
  luaunit.assertTrue(#on > 500000, on:sub(-300))
  luaunit.assertTrue(on == off, "the results differ")
end

-- Everything counts as hot from the first call, with the most eager compiler settings.
function TestJit.test_an_eager_compiler()
  local _, expected = output("-joff")
  for _, options in ipairs({ "-Ohotloop=1 -Ohotexit=1", "-O0", "-O3 -Omaxside=1000" }) do
    local _, eager = output(options)
    luaunit.assertTrue(eager == expected, "the results differ with " .. options)
  end
end

support.finish()
