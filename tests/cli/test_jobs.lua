-- SPDX-License-Identifier: MIT
--
-- diversity-all survives SIGKILL, Ctrl-C, a full disk and a wrong start.

local luaunit = require("luaunit")
local jobs = require("jobs")
local support = require("support")

local KILLS = 20
local KILLS_WITH_ROWS = 5 -- at least this many of them after rows were done

local file = jobs.file
local program = support.quote(support.program)
local job, command, must_be_whole = jobs.files, jobs.command, jobs.must_be_whole

-- Shell function: waits until the job has created its file, with a time limit.
local function until_begun(target)
  return ("i=0; until [ -s %s.partial ] || [ $((i += 1)) -gt 3000 ]; do sleep 0.01; done"):format(
    target)
end

-- Starts a job and kills it after this many seconds; returns "killed", or "ended" if it ended
-- before.
local function kill_after(target, seconds)
  local status, out = support.shell(
    ("%s --batch 1 & pid=$!; sleep %.4f; kill -KILL $pid; wait $pid; echo $?"):format(
      command(target), seconds))
  luaunit.assertEquals(status, 0)
  if out == "0\n" then
    must_be_whole(target)
    return "ended"
  end
  luaunit.assertEquals(out, "137\n")
  return "killed"
end

-- Whether the record has counted rows: its first write says that none is done; the second goes to
-- the beginning of the file.
local function has_rows(progress)
  local bytes = support.read(progress)
  return bytes and bytes:sub(1, 7) == "VKCPROG"
end

TestJobs = {}

function TestJobs:test_killed_at_random_moments()
  local clock = os.time()
  math.randomseed(clock)
  local target, partial, progress, description = job("killed.npy")
  -- The duration of an uninterrupted run, measured with the clock of the shell.
  local _, elapsed = support.shell(
    ("a=$(date +%%s%%N); %s --batch 1; b=$(date +%%s%%N); echo $((b - a))"):format(command(target)))
  must_be_whole(target)
  local seconds = tonumber(elapsed) / 1e9
  local kills, with_rows, rounds = 0, 0, 0
  while kills < KILLS or with_rows < KILLS_WITH_ROWS do
    os.remove(target)
    os.remove(description)
    rounds = rounds + 1
    for _ = 1, 3 do
      if kill_after(target, math.random() * seconds) == "ended" then
        break
      end
      kills = kills + 1
      with_rows = with_rows + (has_rows(progress) and support.exists(partial) and 1 or 0)
    end
    support.must({"diversity-all", "-e", file, "-o", target})
    must_be_whole(target)
    luaunit.assertTrue(rounds < 100, ("in %d rounds only %d kills, %d while rows were done"):format(
      rounds, kills, with_rows))
  end
  print(("killed %d times in %d jobs, %d times while rows were done (seed %d)"):format(kills,
    rounds, with_rows, clock))
end

-- After the first signal the job stops cleanly and says how to continue.
function TestJobs:test_interrupted_by_signals()
  for signal, number in pairs({HUP = 1, INT = 2, TERM = 15}) do
    local target, partial = job("signal_" .. signal .. ".npy")
    local status, err = jobs.die(command(target), 3, {call = "fdatasync", signal = number})
    luaunit.assertEquals(status, 128 + number, err)
    luaunit.assertStrContains(err, "\nvulkan-compute: finishing the current sequences; " ..
      "Ctrl-C again ends at once, keeping only what is saved\n")
    luaunit.assertStrContains(err, ("12 of 160 sequences are kept in %s; the same command " ..
      "continues there\n"):format(partial))
    support.must({"diversity-all", "-e", file, "-o", target})
    must_be_whole(target)
  end
end

-- Before there is a sequence to finish, the first signal ends the job, and no file remains.
function TestJobs:test_interrupted_before_the_first_sequence()
  local target = job("early.npy")
  local status, err = jobs.die(command(target), 2, {call = "pwrite", signal = 15})
  luaunit.assertEquals(status, 128 + 15)
  luaunit.assertNotStrContains(err, "vulkan-compute")
  local _, listing = support.shell("ls " .. support.path(""))
  luaunit.assertNotStrContains(listing, "early")
  -- Rows from an earlier run remain.
  jobs.interrupted("early.npy")
  luaunit.assertEquals((jobs.die(command(target), 1, {call = "open", signal = 15})), 128 + 15)
  local _, said = support.must({"diversity-all", "-e", file, "-o", target})
  luaunit.assertStrContains(said, "going on after 24 of 160 sequences")
  must_be_whole(target)
end

function TestJobs:test_second_signal_ends_at_once()
  local target = job("twice.npy")
  local status, err = jobs.die(command(target), 3, {call = "fdatasync", signal = 2, times = 2})
  luaunit.assertEquals(status, 130)
  luaunit.assertStrContains(err, "Ctrl-C again ends at once, keeping only what is saved")
  luaunit.assertNotStrContains(err, "are kept")
  local _, said = support.must({"diversity-all", "-e", file, "-o", target})
  luaunit.assertStrContains(said, "going on after 8 of 160 sequences")
  must_be_whole(target)
end

function TestJobs:test_one_at_a_time()
  local target = job("locked.npy")
  local status, out, err = support.shell(([[
    %s &
    pid=$!
    %s
    kill -STOP $pid
    %s; echo $?
    kill -CONT $pid; wait $pid
  ]]):format(command(target, "--batch 1"), until_begun(target), command(target)))
  luaunit.assertEquals({status, out}, {0, "2\n"})
  luaunit.assertStrContains(err, "another vulkan-compute is writing " .. target .. " now")
  must_be_whole(target)
end

function TestJobs:test_no_room_for_the_file()
  local target, partial, progress = job("large.npy")
  local status, out, err = support.shell("ulimit -f 50; " .. command(target))
  luaunit.assertEquals({status, out}, {2, ""})
  luaunit.assertStrContains(err, "cannot allocate the space for " .. partial .. ": File too large")
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

-- A small disk needs a mount, which root and most users can make in a namespace.
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
    luaunit.skip("a small disk cannot be mounted here; the limit on file sizes is tested instead")
  end
  local run = ("%s diversity-all -e %s -o %s/all.npy"):format(program, file, disk)
  local status, out, err = on_small_disk(64, run .. "; echo $?; ls -A " .. disk)
  luaunit.assertEquals({status, out}, {0, "2\n"})
  luaunit.assertStrMatches(err,
    ".*all.npy.partial: it needs 102528 bytes, and its disk has only %d+ left\n")
  -- The disk fills while the job runs: space for the rows is reserved, but not for the description.
  local saved = support.path("from_disk.npy")
  status, out, err = on_small_disk(116, ([[
    %s --batch 1 & pid=$!
    %s
    kill -STOP $pid; cat /dev/zero >%s/filler 2>/dev/null; kill -CONT $pid; wait $pid; echo $?
    rm %s/filler; %s; echo $?; ls -A %s; cp %s/all.npy %s]]):format(run,
    until_begun(disk .. "/all.npy"), disk, disk, run, disk, disk, saved))
  luaunit.assertEquals({status, out}, {0, "2\n0\nall.npy\nall.npy.json\n"}, err)
  luaunit.assertStrContains(err, "No space left on device")
  luaunit.assertTrue(support.read(saved) == jobs.expected())
end

function TestJobs:test_folder_that_cannot_be_written()
  local folder = support.path("read_only")
  -- Root can write anywhere except on a read-only mount.
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

support.finish()
