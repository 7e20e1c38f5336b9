-- SPDX-License-Identifier: MIT

-- The two examples of a diversity sequence, with the command line program and with the FFI, do the
-- same job: they must print the same, in every Lua they support.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local root = here .. "/../.."
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. root .. "/examples/?.lua;"
  .. package.path

local lu = require("luaunit")
local embedder = require("embedder")
local npy = require("npy")
local scratch = require("scratch")

local LUAJIT = os.getenv("LUAJIT") or "luajit"
local PROGRAM = os.getenv("VKC_PROGRAM")

local folder, file

local function run(lua, script, arguments, embeddings)
  return scratch.run(("VKC_EMBEDDINGS=%s %s %s %s"):format(scratch.quote(embeddings or file), lua,
    scratch.quote(root .. "/examples/" .. script), arguments or ""))
end

TestSequence = {}

function TestSequence.setUp()
  folder = scratch.folder()
  file = folder .. "/it's rows.npy"
  local texts = {}
  for i = 1, 50 do
    texts[i] = ("text %d about %x"):format(i, i * 7919)
  end
  lu.assertTrue(npy.write(file, embedder.embed(texts)))
end

function TestSequence.tearDown()
  scratch.remove(folder)
end

function TestSequence.test_ffi_counts_from_one()
  local status, output, message = run(LUAJIT, "sequence_ffi.lua", "17")
  lu.assertEquals(status, 0, message)
  lu.assertEquals(output:match("^[^\n]*"), "1 17")
  local seen, count = {}, 0
  for number in output:gmatch("%d+ (%d+)\n") do
    seen[tonumber(number)] = true
    count = count + 1
  end
  lu.assertEquals(count, 50)
  for number = 1, 50 do
    lu.assertTrue(seen[number])
  end
end

function TestSequence.test_both_ways_agree()
  lu.skipIf(not PROGRAM, "the program vulkan-compute was not built")
  for _, start in ipairs({ "", "1", "50" }) do
    local _, expected = run(LUAJIT, "sequence_ffi.lua", start)
    for _, lua in ipairs({ LUAJIT, "lua5.4" }) do
      local status, output, message = run(lua, "sequence_subprocess.lua", start)
      lu.assertEquals(status, 0, message)
      lu.assertEquals(output, expected)
      lu.assertEquals(message, "")
    end
  end
end

-- The program is found through the environment, whatever its name, and in the build folder of the
-- project.
function TestSequence.test_the_program_is_found()
  lu.skipIf(not PROGRAM, "the program vulkan-compute was not built")
  local _, expected = run(LUAJIT, "sequence_ffi.lua", "9")
  local project = folder .. "/a project"
  scratch.run(("mkdir -p %s/build && ln -s %s %s/build/vulkan-compute && cp -r %s %s"):format(
    scratch.quote(project), scratch.quote(PROGRAM), scratch.quote(project),
    scratch.quote(root .. "/examples"), scratch.quote(project)))
  local script = ("lua5.4 %s 9"):format(scratch.quote(project
    .. "/examples/sequence_subprocess.lua"))
  local named = folder .. "/it's \"$named\""
  scratch.run(("ln -s %s %s"):format(scratch.quote(PROGRAM), scratch.quote(named)))
  for _, environment in ipairs({ "-u VKC_PROGRAM", "VKC_PROGRAM=" .. scratch.quote(named) }) do
    local status, output, message = scratch.run(("env %s VKC_EMBEDDINGS=%s %s"):format(environment,
      scratch.quote(file), script))
    lu.assertEquals(status, 0, message)
    lu.assertEquals(output, expected)
  end
  local status, output, message = scratch.run("env VKC_PROGRAM=/none/such " .. script)
  lu.assertEquals({ status, output }, { 2, "" })
  lu.assertStrContains(message, "VKC_PROGRAM names /none/such, which does not exist")
end

function TestSequence.test_mistakes()
  for _, arguments in ipairs({ "0", "x", "1.5" }) do
    local status, output, message = run(LUAJIT, "sequence_ffi.lua", arguments)
    lu.assertEquals({ status, output }, { 1, "" })
    lu.assertStrContains(message, "usage: ")
    status, output, message = run("lua5.4", "sequence_subprocess.lua", arguments)
    lu.assertEquals({ status, output }, { 1, "" })
    lu.assertStrContains(message, "usage: ")
  end
  local status, output, message = run(LUAJIT, "sequence_ffi.lua", "51")
  lu.assertEquals({ status, output }, { 2, "" })
  lu.assertStrContains(message, "has 50 rows; there is no row 51")
  status, output, message = run(LUAJIT, "sequence_ffi.lua", "1", folder .. "/none")
  lu.assertEquals({ status, output }, { 2, "" })
  lu.assertStrContains(message, "/none")
  if PROGRAM then
    status, output, message = run("lua5.4", "sequence_subprocess.lua", "1", folder .. "/none")
    lu.assertEquals({ status, output }, { 2, "" })
    lu.assertStrContains(message, "/none")
  end
end

require("finish")()
