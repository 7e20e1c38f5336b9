-- SPDX-License-Identifier: MIT
--
-- Whichever signal ends the program, at whatever moment: the program dies of that signal and leaves
-- no temporary file.

local luaunit = require("luaunit")
local jobs = require("jobs")
local support = require("support")

local MOST_CALLS = 100

local program = support.quote(support.program)
local few = support.rows(12, 4, 7)
local file = support.write("few.npy", support.npy(few))
local folder = support.path("written")
local target = folder .. "/target.npy"
local USR1 = 10

-- These signals do not end a process, or cannot be handled. SIGXFSZ (25) is ignored, so that a file
-- that is too large gives an error message.
local left_out = {[9] = true, [17] = true, [18] = true, [19] = true, [20] = true, [21] = true,
  [22] = true, [23] = true, [25] = true, [28] = true}

-- A sanitizer installs its own handlers for some signals.
local quiet = "ulimit -c 0; export ASAN_OPTIONS=$ASAN_OPTIONS:handle_segv=0:handle_sigbus=0:" ..
  "handle_abort=0:handle_sigill=0:handle_sigfpe=0\n"

local function line_for(words)
  return ("%s%s %s -q -e %s -o %s"):format(quiet, program, words, file, target)
end

local function empty()
  support.shell(("rm -rf %s; mkdir %s"):format(folder, folder))
end

local function listing()
  return (select(2, support.shell("ls -A " .. folder)))
end

-- Ends the command at each call in turn, with before() ahead of each, and check() after each.
local function at_each_call(line, options, before, check)
  for n = 1, MOST_CALLS do
    before()
    local status, err = jobs.die(line, n, options)
    if status == 0 then
      luaunit.assertTrue(n > 2, "it was hardly ever ended")
      return
    end
    luaunit.assertEquals(status, 128 + options.signal, err)
    check(n)
  end
  error("it never runs through")
end

TestSignals = {}

function TestSignals:test_each_signal()
  for signal = 1, 64 do
    -- Signals 32 and 33 are reserved for the C library.
    if not left_out[signal] and (signal < 32 or signal == 34 or signal == 64) then
      empty()
      support.write("written/target.npy", "as it was")
      local status, err = jobs.die(line_for("similarity-matrix"), 1,
        {call = "pwrite", signal = signal, after = true})
      luaunit.assertEquals(status, 128 + signal, err)
      luaunit.assertEquals(listing(), "target.npy\n", "signal " .. signal)
      luaunit.assertEquals(support.read(target), "as it was")
    end
  end
end

-- From its creation to its last step, a temporary file is removed at whatever moment the program
-- ends.
function TestSignals:test_each_moment()
  for _, words in ipairs({"similarity-matrix", "neighbors -k 3", "heatmap"}) do
    at_each_call(line_for(words), {signal = USR1, after = true}, empty, function(n)
      luaunit.assertTrue(({[""] = true, ["target.npy\n"] = true,
        ["target.npy\ntarget.similarities.npy\n"] = true})[listing()],
        ("%s, call %d: %s"):format(words, n, listing()))
    end)
  end
end

-- Files of a job that can be resumed remain, and no others.
function TestSignals:test_each_moment_of_a_long_job()
  support.must({"diversity-all", "-q", "-e", file, "-o", support.path("once.npy")})
  local expected = support.read(support.path("once.npy"))
  local line = line_for("diversity-all --batch 5 --checkpoint 0")
  local allowed = {[""] = true, ["target.npy.partial\ntarget.npy.progress\n"] = true,
    ["target.npy.json\ntarget.npy.partial\ntarget.npy.progress\n"] = true,
    ["target.npy\ntarget.npy.json\ntarget.npy.progress\n"] = true,
    ["target.npy\ntarget.npy.json\n"] = true}
  at_each_call(line, {signal = USR1, after = true}, empty, function(n)
    luaunit.assertTrue(allowed[listing()], ("call %d: %s"):format(n, listing()))
    luaunit.assertEquals((support.shell(line)), 0)
    luaunit.assertTrue(support.read(target) == expected)
    luaunit.assertEquals(listing(), "target.npy\ntarget.npy.json\n")
  end)
end

-- A driver that gives up calls exit().
function TestSignals:test_library_that_exits()
  empty()
  luaunit.assertEquals((jobs.die(line_for("neighbors -k 3"), 2, {call = "pwrite",
    signal = "exit"})), 3)
  luaunit.assertEquals(listing(), "")
end

function TestSignals:test_ignored_ones_stay_ignored()
  for signal, name in pairs({[1] = "HUP", [10] = "USR1", [7] = "BUS"}) do
    empty()
    luaunit.assertEquals((jobs.die("trap '' " .. name .. "\n" .. line_for("similarity-matrix"), 1,
      {call = "pwrite", signal = signal})), 0)
    luaunit.assertEquals(listing(), "target.npy\n")
  end
end

function TestSignals:test_reader_that_has_gone()
  empty()
  local status_file = support.path("status")
  support.shell(("{ sleep 0.2; %s --log-progress=0.000000001; echo $? >%s; } 2>&1 | true"):format(
    line_for("neighbors -k 3"), status_file))
  luaunit.assertEquals({support.read(status_file), listing()}, {"141\n", ""})
end

-- Ctrl-C also ends the reader of the messages; the job still stops cleanly.
function TestSignals:test_deferred_signal_without_a_reader()
  empty()
  local fifo = support.path("messages")
  local status = jobs.die(("mkfifo %s; true <%s & exec 4>%s; wait\n%s 2>&4 & wait $!"):format(
    fifo, fifo, fifo, jobs.command(target)), 3, {call = "fdatasync", signal = 15})
  luaunit.assertEquals(status, 143)
  local _, said = support.must({"diversity-all", "-e", jobs.file, "-o", target})
  luaunit.assertStrContains(said, "going on after 12 of 160 sequences")
end

function TestSignals:test_input_that_becomes_shorter()
  empty()
  local input = support.write("cut.npy", support.npy(support.rows(600, 16)))
  local status, err = jobs.die(([[
    %s similarity-matrix -e %s -o %s & pid=$!
    until grep -q '^State:.T' /proc/$pid/status; do sleep 0.01; done
    truncate -s 200 %s
    kill -CONT $pid; wait $pid]]):format(program, input, target, input), 1,
    {call = "pwrite", signal = 19})
  luaunit.assertEquals({status, listing()}, {2, ""})
  luaunit.assertEquals(err, "vulkan-compute: a file became shorter while it was read, or its disk "
    .. "failed\n")
end

support.finish()
