-- SPDX-License-Identifier: MIT
--
-- Standard input, output and error that are closed, full, opened in the wrong direction or
-- non-blocking.

local luaunit = require("luaunit")
local support = require("support")

local rows = support.rows(160, 8, 5)
local file = support.write("embeddings.npy", support.npy(rows))
local target = support.path("target.npy")
local program = support.quote(support.program)
local log = "--log-progress=0.000000001"

-- Shell: makes these descriptors non-blocking, and pipes among them as small as possible; then runs
-- the command that follows.
local script = support.write("nonblocking.lua", [[
local ffi = require("ffi")
ffi.cdef("int fcntl(int, int, ...); int execvp(const char *, char *const []);")
local int = ffi.typeof("int")
local GETFL, SETFL, SETPIPE_SZ, NONBLOCK = 3, 4, 1031, 2048
for digit in arg[1]:gmatch("%d") do
  local descriptor = tonumber(digit)
  ffi.C.fcntl(descriptor, SETFL, int(bit.bor(ffi.C.fcntl(descriptor, GETFL), NONBLOCK)))
  ffi.C.fcntl(descriptor, SETPIPE_SZ, int(4096))
end
local words = ffi.new("const char *[?]", #arg, {unpack(arg, 2)})
ffi.C.execvp(arg[2], ffi.cast("char *const *", words))
os.exit(127)
]])

local function nonblocking(descriptors)
  return ("%s %s %s %s"):format(support.quote(arg[-1] or "luajit"), script, descriptors, program)
end

local writers = {"similarity-matrix", "neighbors -k 3", "heatmap", "diversity-all"}
local names = {"target.npy", "target.similarities.npy", "target.npy.json"}

local function files()
  local found = {}
  for i, name in ipairs(names) do
    found[i] = support.read(support.path(name)) or false
    os.remove(support.path(name))
  end
  return found
end

TestStreams = {}

-- No file may get the number of a standard stream, because messages would be written to it.
function TestStreams:test_closed()
  for _, words in ipairs(writers) do
    local line = ("%s %s -e %s -o %s %s "):format(program, words, file, target, log)
    luaunit.assertEquals((support.shell(line)), 0)
    local expected = files()
    for _, closed in ipairs({"2>&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-", "<&-", ">&-"}) do
      local status, out = support.shell(line .. closed)
      luaunit.assertEquals({status, out}, {0, ""}, words .. closed)
      local found = files()
      for i = 1, #names do
        luaunit.assertTrue(found[i] == expected[i], ("%s %s: %s"):format(words, closed, names[i]))
      end
    end
  end
end

function TestStreams:test_closed_where_it_is_needed()
  for _, words in ipairs({"diversity-sequence --start 3 -e " .. file, "neighbors -k 2 -e " .. file,
    "devices", "devices --format json", "--help", "similarity-matrix -o - -e " .. file,
    "heatmap -o - -e " .. file}) do
    for _, closed in ipairs({">&-", ">&- <&-", "1</dev/null"}) do
      local status, _, err = support.shell(("%s %s %s"):format(program, words, closed))
      luaunit.assertEquals(status, 2, words)
      luaunit.assertStrContains(err, "cannot write")
      luaunit.assertStrContains(err, "standard output: Bad file descriptor")
    end
    luaunit.assertEquals((support.shell(("%s %s >&- 2>&-"):format(program, words))), 2)
  end
  for _, closed in ipairs({"<&-", "0>/dev/null"}) do
    local status, _, err = support.shell(("%s neighbors -k 2 -e - %s"):format(program, closed))
    luaunit.assertEquals(status, 2)
    luaunit.assertStrContains(err, "cannot read standard input: Bad file descriptor")
  end
end

-- Messages that cannot be written do not change the result.
function TestStreams:test_messages_that_get_nowhere()
  local line = ("%s neighbors -k 2 -e %s %s "):format(program, file, log)
  local _, expected = support.shell(line)
  for _, where in ipairs({"2>/dev/full", "2</dev/null", "2>&-"}) do
    local status, out = support.shell(line .. where)
    luaunit.assertEquals(status, 0)
    luaunit.assertTrue(out == expected, where)
  end
end

function TestStreams:test_nonblocking_input()
  local line = "neighbors -k 2 -e -"
  local _, expected = support.shell(("%s %s <%s"):format(program, line, file))
  local status, out, err = support.shell(("{ sleep 0.5; cat %s; } | %s %s"):format(file,
    nonblocking("0"), line))
  luaunit.assertEquals({status, err}, {0, ""})
  luaunit.assertTrue(out == expected)
  local ids = support.write("ids", table.concat({"one", "two", "three"}, "\n") .. "\n")
  local three = support.write("three.json", "[[1,0],[1,1],[0,1]]")
  status, out, err = support.shell(("{ sleep 0.5; cat %s; } | %s neighbors -k 1 --row one " ..
    "-e %s --ids -"):format(ids, nonblocking("0"), three))
  luaunit.assertEquals({status, err}, {0, ""})
  luaunit.assertStrContains(out, '"neighbors":["two"]')
end

function TestStreams:test_nonblocking_output()
  for _, words in ipairs({"neighbors -k 100", "similarity-matrix -o -", "heatmap -o -"}) do
    local _, expected = support.shell(("%s %s -e %s"):format(program, words, file))
    luaunit.assertTrue(#expected > 5000)
    local _, out, err = support.shell(("{ %s %s -e %s; echo $? >&2; } | { sleep 1; cat; }"):format(
      nonblocking("1"), words, file))
    luaunit.assertEquals(err, "0\n", words)
    luaunit.assertTrue(out == expected, words)
  end
end

function TestStreams:test_nonblocking_messages()
  -- The reader starts when the pipe is full.
  os.remove(target)
  local status, out = support.shell(("%s diversity-all -e %s -o %s --batch 1 %s 2>&1 | " ..
    "{ until [ -e %s.partial ] || [ -e %s ]; do sleep 0.01; done; sleep 2; cat; }"):format(
    nonblocking("2"), file, target, log, target, target))
  luaunit.assertEquals(status, 0)
  -- One line for the matrix, which comes first, and one for each sequence.
  luaunit.assertEquals(select(2, out:gsub("\n", "")), 161)
  local line = "vulkan%-compute diversity%-all: [^\n]* of 160 sequences[^\n]* left\n"
  local _, lines = out:gsub(line, "")
  luaunit.assertEquals(lines, 160)
end

function TestStreams:test_full_output()
  for _, words in ipairs({"neighbors -k 3", "similarity-matrix -o -", "heatmap -o -",
    "similarity-matrix -o /dev/full", "heatmap -o /dev/full"}) do
    local status, _, err = support.shell(("%s %s -e %s >/dev/full"):format(program, words, file))
    luaunit.assertEquals(status, 2, words)
    luaunit.assertStrContains(err, "No space left on device")
  end
end

support.finish()
