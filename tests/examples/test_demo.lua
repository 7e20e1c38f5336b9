-- SPDX-License-Identifier: MIT

-- The demo as a user runs it: what it prints, and how it reports mistakes.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local root = here .. "/../.."
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. package.path

local lu = require("luaunit")
local scratch = require("scratch")

local LUAJIT = os.getenv("LUAJIT") or "luajit"
local DEMO = LUAJIT .. " " .. scratch.quote(root .. "/examples/demo.lua")

local folder

local function run(arguments)
  return scratch.run(DEMO .. " " .. arguments)
end

local function site()
  return "--site " .. scratch.quote(folder .. "/site")
end

local function assert_parts(output, count)
  for _, part in ipairs({
    ("%d texts from "):format(count), "\non ", "\nembedding ", "\nupload ", "\nsimilarity ",
    "\nsequence ", "The diversity sequence from text", "nearest neighbours", "mean cosine",
    "in the diversity sequence", "in the order of the file",
  }) do
    lu.assertStrContains(output, part)
  end
end

-- The numbers of the texts in the printed sequence.
local function shown(output)
  local result = {}
  for place, number in output:gmatch("\n *(%d+)%. +(%d+)  ") do
    lu.assertEquals(tonumber(place), #result + 1)
    result[#result + 1] = tonumber(number)
  end
  return result
end

TestDemo = {}

function TestDemo.setUp()
  folder = scratch.folder()
end

function TestDemo.tearDown()
  scratch.remove(folder)
end

function TestDemo.test_folder()
  for i, text in ipairs({ "the cat and the mouse", "a mouse and a cat", "rain in the mountains",
    "mountain rain", "one two three" }) do
    scratch.write(("%s/%d.txt"):format(folder, i), text)
  end
  local status, output, message = run(site() .. " --folder " .. scratch.quote(folder))
  lu.assertEquals(status, 0, message)
  assert_parts(output, 5)
  local sequence = shown(output)
  lu.assertEquals(sequence[1], 1)
  table.sort(sequence)
  lu.assertEquals(sequence, { 1, 2, 3, 4, 5 })
  lu.assertStrContains(output, "mountain rain")
  lu.assertStrContains(output, folder .. "/site/index.html")
  lu.assertNotNil(scratch.read(folder .. "/site/text-5.html"))
end

function TestDemo.test_file_start_and_show()
  local parts = {}
  for i = 1, 40 do
    parts[i] = ("text %d: %s"):format(i, ("word%d "):format(i % 7):rep(3))
  end
  scratch.write(folder .. "/file", table.concat(parts, "\n%\n"))
  local file = scratch.quote(folder .. "/file")
  local status, output, message = run(("--no-site --file %s --start 7 --show=3"):format(file))
  lu.assertEquals(status, 0, message)
  assert_parts(output, 40)
  lu.assertEquals(#shown(output), 3)
  lu.assertEquals(shown(output)[1], 7)
  local again, same = run(("--no-site --start 7 --show 3 %s"):format(file))
  lu.assertEquals(again, 0)
  lu.assertEquals(shown(same), shown(output))
  lu.assertNil(output:find("index.html", 1, true))
end

-- The sequence of real texts is more varied than their order in the file.
function TestDemo.test_fortunes()
  local status, output, message = run("--no-site")
  lu.assertEquals(status, 0, message)
  local far = tonumber(output:match("in the diversity sequence +(%S+)"))
  local near = tonumber(output:match("in the order of the file +(%S+)"))
  lu.assertTrue(far < near)
end

function TestDemo.test_many_texts_get_pages_only_when_asked()
  local parts = {}
  for i = 1, 5001 do
    parts[i] = "text " .. i
  end
  scratch.write(folder .. "/file", table.concat(parts, "\n%\n"))
  local status, output, message = run(scratch.quote(folder .. "/file"))
  lu.assertEquals(status, 0, message)
  assert_parts(output, 5001)
  lu.assertStrContains(output, "Skipping the pages for so many texts")
end

-- The case of more than 23,170 texts, whose matrix does not fit into a LuaJIT buffer.
function TestDemo.test_more_texts_than_a_matrix_can_have()
  scratch.write(folder .. "/file", "one two\n%\nthree four\n%\nfive\n%\ntwo three\n%\nsix one\n")
  local status, usual = run("--no-site " .. scratch.quote(folder .. "/file"))
  lu.assertEquals(status, 0)
  local module = scratch.quote("package.path = '" .. root .. "/lua/?.lua;' .. package.path "
    .. "require('vk_compute.memory').max_cdata = 99")
  local again, output, message = scratch.run(("LUA_INIT=%s %s --no-site %s"):format(module, DEMO,
    scratch.quote(folder .. "/file")))
  lu.assertEquals(again, 0, message)
  assert_parts(output, 5)
  lu.assertStrContains(output, "skipping the whole matrix, 5 x 5: ")
  lu.assertEquals(output:match("\nThe diversity sequence.*"), usual:match("\nThe diversity.*"))
end

function TestDemo.test_one_text()
  scratch.write(folder .. "/file", "alone")
  local status, output, message = run(site() .. " " .. scratch.quote(folder .. "/file"))
  lu.assertEquals(status, 0, message)
  lu.assertEquals(shown(output), { 1 })
end

function TestDemo.test_texts_without_words()
  scratch.write(folder .. "/file", "???\n%\n!!!\n%\n...\n")
  local status, output, message = run("--no-site " .. scratch.quote(folder .. "/file"))
  lu.assertEquals(status, 0, message)
  lu.assertEquals(shown(output), { 1, 2, 3 })
end

function TestDemo.test_from_any_directory()
  scratch.write(folder .. "/file", "one\n%\ntwo\n%\nthree\n")
  local examples, file = scratch.quote(root .. "/examples"), scratch.quote(folder .. "/file")
  local status, _, message = scratch.run(("cd %s && %s demo.lua --no-site %s"):format(examples,
    LUAJIT, file))
  lu.assertEquals(status, 0, message)
  status, _, message = scratch.run(("d=$(cd %s && pwd) && cd / && %s \"$d/demo.lua\" --no-site %s")
    :format(examples, LUAJIT, file))
  lu.assertEquals(status, 0, message)
end

function TestDemo.test_help()
  local status, output, message = run("--help")
  lu.assertEquals(status, 0)
  lu.assertEquals(message, "")
  for _, option in ipairs({ "--all", "--file FILE", "--folder DIR", "--start N", "--show N" }) do
    lu.assertStrContains(output, option)
  end
end

function TestDemo.test_wrong_use()
  scratch.write(folder .. "/file", "one\n%\ntwo\n")
  local file = scratch.quote(folder .. "/file")
  local cases = {
    { "--nonsense", 1, "there is no option --nonsense" },
    { "-x", 1, "there is no option -x" },
    { "--start", 1, "--start needs a value" },
    { "--start 0", 1, "--start takes a whole number from 1, not '0'" },
    { "--start 1.5", 1, "not '1.5'" },
    { "--show none", 1, "--show takes a whole number from 1, not 'none'" },
    { "--all=yes", 1, "--all takes no value" },
    { "--all " .. file, 1, "one source of texts" },
    { "--file a --folder b", 1, "one source of texts" },
    { "--no-site --start 3 " .. file, 1, "--start 3 is beyond the 2 texts" },
    { "--file /none/such", 2, "/none/such" },
    { "--folder " .. file, 2, "is not a readable folder" },
  }
  for _, case in ipairs(cases) do
    local status, output, message = run(case[1])
    lu.assertEquals(status, case[2], case[1])
    lu.assertEquals(output, "")
    lu.assertStrContains(message, case[3])
    lu.assertStrMatches(message, "demo: [^\n]*\n.*")
  end
end

function TestDemo.test_no_device()
  scratch.write(folder .. "/file", "one\n%\ntwo\n")
  local status, _, message = scratch.run(("VKC_DEVICE='no such device' %s --no-site %s"):format(
    DEMO, scratch.quote(folder .. "/file")))
  lu.assertEquals(status, 2)
  lu.assertStrContains(message, "no such device")
end

require("finish")()
