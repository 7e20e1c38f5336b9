-- SPDX-License-Identifier: MIT
--
-- diversity-all survives what ends it: SIGKILL, Ctrl-C, a full disk, a wrong start.

local luaunit = require("luaunit")
local support = require("support")

local KILLS = 20

local rows = support.rows(160, 12, 77)
local file = support.write("embeddings.npy", support.npy(rows))
local program = support.quote(support.program)

-- Files of a job named `name`.
local function job(name)
  local target = support.path(name)
  return target, target .. ".partial", target .. ".progress", target .. ".json"
end

local function command(target, more)
  return ("%s diversity-all -e %s -o %s --batch 4 --checkpoint 0 %s"):format(program, file, target,
    more or "")
end

local expected

local function must_be_whole(target)
  luaunit.assertTrue(support.read(target) == expected, "the file is not that of one run")
  luaunit.assertFalse(support.exists(target .. ".partial"))
  luaunit.assertFalse(support.exists(target .. ".progress"))
  luaunit.assertTrue(support.exists(target .. ".json"))
  local _, listing = support.shell("ls " .. support.path(""))
  luaunit.assertNil(listing:match("%.json%.%w+"), listing)
end

-- Starts a job and kills it after so many seconds; whether it was still running.
local function kill_after(target, seconds, signal)
  local status, out = support.shell(("%s & pid=$!; sleep %.4f; kill -%s $pid; wait $pid; echo $?")
    :format(command(target), seconds, signal))
  luaunit.assertEquals(status, 0)
  return tonumber(out) ~= 0
end

-- A job with a part of its rows done.
local function interrupted(name)
  local target, partial, progress, description = job(name)
  for attempt = 1, 400 do
    kill_after(target, 0.02 + attempt % 40 * 0.01, "KILL")
    if support.exists(target) then -- it was faster: once more from the beginning
      os.remove(target)
      os.remove(description)
    end
    -- The record counts its writes: the first says that nothing is done yet.
    if support.exists(partial) and support.read(progress):sub(4097, 8192):find("VKCPROG1", 1, true)
      and support.read(progress):sub(1, 8) == "VKCPROG1" then
      return target
    end
  end
  error("the job could not be interrupted")
end

TestJobs = {}

function TestJobs:setUp()
  if not expected then
    support.must({"diversity-all", "-e", file, "-o", support.path("expected.npy")})
    expected = support.read(support.path("expected.npy"))
  end
end

function TestJobs:test_killed_at_random_moments()
  local clock = os.time()
  math.randomseed(clock)
  local target = job("killed.npy")
  -- How long an undisturbed run takes, measured with the shell's clock.
  local _, elapsed = support.shell(("a=$(date +%%s%%N); %s; b=$(date +%%s%%N); echo $((b - a))")
    :format(command(target)))
  must_be_whole(target)
  local seconds = tonumber(elapsed) / 1e9
  local kills, rounds = 0, 0
  while kills < KILLS do
    os.remove(target)
    os.remove(target .. ".json")
    rounds = rounds + 1
    for _ = 1, 3 do
      if kill_after(target, math.random() * seconds * 0.9, "KILL") then
        kills = kills + 1
      end
    end
    support.must({"diversity-all", "-e", file, "-o", target})
    must_be_whole(target)
    luaunit.assertTrue(rounds < 200, "the job is never running when it is to be killed")
  end
  print(("killed %d times in %d jobs (seed %d)"):format(kills, rounds, clock))
end

function TestJobs:test_resumes_and_says_so()
  local target, partial = job("resumed.npy")
  interrupted("resumed.npy")
  luaunit.assertEquals(#support.read(partial), #expected)
  local _, err = support.must({"diversity-all", "-e", file, "-o", target})
  luaunit.assertStrMatches(err, ".*going on after %d+ of 160 sequences\n")
  must_be_whole(target)
  -- The same again has nothing to do.
  _, err = support.must({"diversity-all", "-e", file, "-o", target, "--resume"})
  luaunit.assertStrContains(err, "is complete already")
  _, err = support.must({"diversity-all", "-e", file, "-o", target, "--quiet"})
  luaunit.assertEquals(err, "")
  must_be_whole(target)
end

function TestJobs:test_interrupted_by_signals()
  for signal, number in pairs({HUP = 1, INT = 2, TERM = 15}) do
    local target, partial = job("signal_" .. signal .. ".npy")
    -- The shell makes a job in the background ignore SIGINT; env undoes that.
    local status, out, err = support.shell(([[
      env --default-signal=INT %s &
      pid=$!
      while ! [ -s %s ]; do sleep 0.01; done
      kill -%s $pid; wait $pid; echo $?
    ]]):format(command(target):gsub("%-%-batch 4", "--batch 1"), partial, signal))
    luaunit.assertEquals({status, out}, {0, 128 + number .. "\n"}, err)
    luaunit.assertStrContains(err, "Ctrl-C again ends at once")
    support.must({"diversity-all", "-e", file, "-o", target})
    must_be_whole(target)
  end
end

-- Interrupted with some rows done, it says how to go on.
function TestJobs:test_ctrl_c_says_how_to_go_on()
  local target, partial = job("ctrl_c.npy")
  local said
  for wait = 1, 100 do
    local _, out, err = support.shell(([[
      env --default-signal=INT %s & pid=$!; sleep %.2f; kill -INT $pid; wait $pid; echo $?
    ]]):format(command(target):gsub("%-%-batch 4", "--batch 1"), wait * 0.01))
    said = err
    if err:find("are kept", 1, true) then
      luaunit.assertEquals(out, "130\n")
      break
    end
    os.remove(target)
  end
  luaunit.assertStrMatches(said, ".* %d+ of 160 sequences are kept in [^\n]*; the same command " ..
    "goes on there\n")
  luaunit.assertStrContains(said, partial)
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
end

-- All sequences are one piece, which takes long enough for two signals.
function TestJobs:test_second_signal_ends_at_once()
  local many = support.write("many.npy", support.npy(support.rows(3000, 12, 78)))
  local target = support.path("twice.npy")
  local statuses = {}
  for attempt = 1, 60 do
    local _, out, err = support.shell(([[
      env --default-signal=INT %s diversity-all -e %s -o %s --batch 3000 &
      pid=$!; sleep %.2f; kill -INT $pid; sleep 0.02; kill -TERM $pid; wait $pid; echo $?
    ]]):format(program, many, target, attempt * 0.05))
    statuses[attempt] = out:gsub("\n", "")
    luaunit.assertNotStrContains(err, "are kept")
    -- 130: the first signal came before there was anything to finish; 0: too late for the second.
    if out == "143\n" then
      luaunit.assertStrContains(err, "Ctrl-C again ends at once")
      luaunit.assertFalse(support.exists(target))
      return
    end
    support.shell("rm -f " .. target .. "*")
  end
  error("never ended by the second signal: " .. table.concat(statuses, " "))
end

function TestJobs:test_stale_work_is_refused()
  local target, partial, progress = job("stale.npy")
  interrupted("stale.npy")
  local before, record = support.read(partial), support.read(progress)
  local changed = support.rows(160, 12, 77)
  changed[160][12] = changed[160][12] + 0.125
  local other = support.write("other.npy", support.npy(changed))
  local cases = {
    {{"-e", other}, "was begun with other embeddings"},
    {{"-e", file, "--length", "9"}, "was begun with another --length"},
    {{"-e", file, "--center"}, "was begun with no --center"},
  }
  for _, case in ipairs(cases) do
    local words = {"diversity-all", "-o", target, unpack(case[1])}
    local status, out, err = support.run(words)
    luaunit.assertEquals({status, out}, {2, ""})
    luaunit.assertStrContains(err, case[2])
    luaunit.assertStrContains(err, "--restart")
    luaunit.assertTrue(support.read(partial) == before and support.read(progress) == record)
  end
  -- The same numbers in another kind of file are the same embeddings.
  local double = support.write("double.npy", support.npy(rows, ">f8", "F"))
  local _, err = support.must({"diversity-all", "-e", double, "-o", target})
  luaunit.assertStrContains(err, "going on after")
  must_be_whole(target)

  interrupted("restarted.npy")
  target = job("restarted.npy")
  support.must({"diversity-all", "-e", other, "-o", target, "--restart"})
  luaunit.assertFalse(support.read(target) == expected)
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
end

function TestJobs:test_files_that_do_not_belong_together()
  local target, partial, progress = job("mixed.npy")
  local function refused(sentence)
    local status, out, err = support.run({"diversity-all", "-e", file, "-o", target})
    luaunit.assertEquals({status, out}, {2, ""})
    luaunit.assertStrContains(err, sentence)
  end
  -- Somebody else's file.
  support.write("mixed.npy.partial", "precious")
  refused("is there, but no " .. progress .. " that says what it is")
  luaunit.assertEquals(support.read(partial), "precious")
  os.remove(partial)
  -- A file that was cut.
  interrupted("mixed.npy")
  support.write("mixed.npy.partial", support.read(partial):sub(1, -5))
  refused("is not the file that " .. progress .. " counts the rows of")
  -- A damaged record.
  os.remove(partial)
  os.remove(progress)
  interrupted("mixed.npy")
  support.write("mixed.npy.progress", ("\0"):rep(8192))
  refused("that says what it is")
  support.must({"diversity-all", "-e", file, "-o", target, "--restart"})
  must_be_whole(target)
  -- A partial file that was removed by hand: from the beginning.
  os.remove(target)
  interrupted("mixed.npy")
  os.remove(partial)
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
end

function TestJobs:test_ended_between_the_last_steps()
  local target, partial, progress, description = job("last.npy")
  support.must({"diversity-all", "-e", file, "-o", target})
  local described = support.read(description)
  -- A record that says all is done comes from a job killed in its last step; it is made here
  -- by removing the right to rename.
  os.remove(target)
  os.remove(description)
  support.shell("mkdir " .. target .. ".json")
  local status, _, err = support.run({"diversity-all", "-e", file, "-o", target})
  luaunit.assertEquals(status, 2)
  luaunit.assertStrContains(err, description .. ": it is not a regular file")
  luaunit.assertTrue(support.exists(partial) and support.exists(progress))
  local record = support.read(progress)
  support.shell("rmdir " .. description)
  -- No device is needed for the rest.
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
  luaunit.assertEquals(support.read(description), described)
  -- Killed after the rename: only the record is left over.
  support.write("last.npy.progress", record)
  _, err = support.must({"diversity-all", "-e", file, "-o", target})
  luaunit.assertStrContains(err, "is complete already")
  must_be_whole(target)
  -- Killed before it: the description is there already, the target still an old one.
  support.write("last.npy.progress", record)
  support.write("last.npy.partial", expected)
  support.write("last.npy", expected:sub(1, -2) .. "!")
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
end

function TestJobs:test_one_at_a_time()
  local target = job("locked.npy")
  local status, out, err = support.shell(([[
    %s &
    pid=$!
    while ! [ -s %s.partial ]; do sleep 0.01; done
    kill -STOP $pid
    %s; echo $?
    kill -CONT $pid; wait $pid
  ]]):format(command(target):gsub("%-%-batch 4", "--batch 1"), target, command(target)))
  luaunit.assertEquals({status, out}, {0, "2\n"})
  luaunit.assertStrContains(err, "another vulkan-compute is writing " .. target .. " now")
  must_be_whole(target)
end

function TestJobs:test_no_room_for_the_file()
  local target, partial, progress = job("large.npy")
  local status, out, err = support.shell("ulimit -f 50; " .. command(target))
  luaunit.assertEquals({status, out}, {2, ""})
  luaunit.assertStrContains(err, "cannot take the space for " .. partial .. ": File too large")
  luaunit.assertFalse(support.exists(partial) or support.exists(progress))
  for _, words in ipairs({"similarity-matrix", "neighbors -k 100"}) do
    status, out, err = support.shell(("ulimit -f 50; %s %s -e %s -o %s"):format(program, words,
      file, target))
    luaunit.assertEquals({status, out}, {2, ""}, words)
    luaunit.assertStrContains(err, "File too large")
  end
  local _, listing = support.shell("ls " .. support.path(""))
  luaunit.assertNotStrContains(listing, "large")
end

-- A small disk needs a mount, which a namespace allows to root and to most users.
local function on_small_disk(kilobytes, script)
  local disk = support.path("disk")
  return support.shell(("mkdir -p %s && unshare %s -m sh -c %s"):format(disk,
    "$([ $(id -u) = 0 ] || echo -r)",
    support.quote(("mount -t tmpfs -o size=%dk tmpfs %s && { %s; }"):format(kilobytes, disk,
      script))))
end

function TestJobs:test_full_disk()
  local disk = support.path("disk")
  if (on_small_disk(100, "true")) ~= 0 then
    luaunit.skip("a small disk cannot be mounted here; the limit on file sizes stands for it")
  end
  local run = ("%s diversity-all -e %s -o %s/all.npy"):format(program, file, disk)
  local status, out, err = on_small_disk(64, run .. "; echo $?; ls -A " .. disk)
  luaunit.assertEquals({status, out}, {0, "2\n"})
  luaunit.assertStrMatches(err,
    ".*all.npy.partial: it needs 102528 bytes, and its disk has only %d+ left\n")
  -- It fills while the job runs: the rows have their space, the description has none.
  local saved = support.path("from_disk.npy")
  status, out, err = on_small_disk(116, ([[
    %s --batch 1 & pid=$!
    while ! [ -s %s/all.npy.partial ]; do sleep 0.01; done
    kill -STOP $pid; cat /dev/zero >%s/filler 2>/dev/null; kill -CONT $pid; wait $pid; echo $?
    rm %s/filler; %s; echo $?; ls -A %s; cp %s/all.npy %s]]):format(run, disk, disk, disk, run,
    disk, disk, saved))
  luaunit.assertEquals({status, out}, {0, "2\n0\nall.npy\nall.npy.json\n"}, err)
  luaunit.assertStrContains(err, "No space left on device")
  luaunit.assertTrue(support.read(saved) == expected)
end

function TestJobs:test_folder_that_cannot_be_written()
  local folder = support.path("read_only")
  -- Root may write everywhere but on a disk mounted read-only.
  local before = ("mkdir -p %s && "):format(folder)
  local line = ("%s diversity-all -e %s -o %s/all.npy"):format(program, file, folder)
  local _, id = support.shell("id -u")
  if id == "0\n" then
    line = "unshare -m sh -c " .. support.quote(("mount -t tmpfs -o ro tmpfs %s && %s"):format(
      folder, line))
  else
    before = before .. "chmod 555 " .. folder .. " && "
  end
  local status, out, err = support.shell(before .. line)
  if err:find("unshare", 1, true) or err:find("mount:", 1, true) then
    luaunit.skip("nothing can be mounted read-only here")
  end
  luaunit.assertEquals({status, out}, {2, ""})
  luaunit.assertStrMatches(err, ".*cannot write .*/all.npy.progress: .*\n")
end

local status = luaunit.LuaUnit.run()
support.clean()
os.exit(status)
