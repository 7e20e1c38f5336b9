-- SPDX-License-Identifier: MIT
--
-- diversity-all continues only its own work and does not touch other files.

local luaunit = require("luaunit")
local jobs = require("jobs")
local support = require("support")

local file, rows = jobs.file, jobs.rows
local job, command, must_be_whole = jobs.files, jobs.command, jobs.must_be_whole

-- Runs the job, which must fail with this message.
local function refused(target, sentence)
  local status, out, err = support.run({"diversity-all", "-e", file, "-o", target})
  luaunit.assertEquals({status, out}, {2, ""}, sentence)
  luaunit.assertStrContains(err, sentence)
end

TestResume = {}

function TestResume:test_resumes_and_says_so()
  local target, partial = job("resumed.npy")
  jobs.interrupted("resumed.npy")
  luaunit.assertEquals(#support.read(partial), #jobs.expected())
  local _, err = support.must({"diversity-all", "-e", file, "-o", target})
  luaunit.assertStrMatches(err, ".*going on after %d+ of 160 sequences\n")
  must_be_whole(target)
  -- A second run has nothing to do.
  _, err = support.must({"diversity-all", "-e", file, "-o", target, "--resume"})
  luaunit.assertStrContains(err, "is already complete")
  _, err = support.must({"diversity-all", "-e", file, "-o", target, "--quiet"})
  luaunit.assertEquals(err, "")
  must_be_whole(target)
end

function TestResume:test_stale_work_is_refused()
  local target, partial, progress = job("stale.npy")
  jobs.interrupted("stale.npy")
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
  -- The same numbers in another file format are the same embeddings.
  local double = support.write("double.npy", support.npy(rows, ">f8", "F"))
  local _, err = support.must({"diversity-all", "-e", double, "-o", target})
  luaunit.assertStrContains(err, "going on after")
  must_be_whole(target)

  jobs.interrupted("restarted.npy")
  target = job("restarted.npy")
  support.must({"diversity-all", "-e", other, "-o", target, "--restart"})
  luaunit.assertFalse(support.read(target) == jobs.expected())
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
end

function TestResume:test_ended_between_the_last_steps()
  local target, partial, progress, description = job("last.npy")
  -- All rows are saved, but the description is not written yet.
  luaunit.assertEquals((jobs.die(command(target), 1, {call = "rename"})), 137)
  luaunit.assertFalse(support.exists(description))
  local record = support.read(progress)
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
  -- Killed after the rename: only the record is left.
  support.write("last.npy.progress", record)
  local _, err = support.must({"diversity-all", "-e", file, "-o", target})
  luaunit.assertStrContains(err, "is already complete")
  must_be_whole(target)
  -- Killed before the rename: the description exists already, but the target is still the old file.
  support.write("last.npy.progress", record)
  support.write("last.npy.partial", jobs.expected())
  support.write("last.npy", jobs.expected():sub(1, -2) .. "!")
  luaunit.assertTrue(support.exists(partial))
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
end

function TestResume:test_files_that_do_not_belong_together()
  local target, partial, progress = job("mixed.npy")
  -- Files of other programs.
  support.write("mixed.npy.partial", "precious")
  refused(target, "exists, but not " .. progress .. ", which describes it")
  luaunit.assertEquals(support.read(partial), "precious")
  luaunit.assertFalse(support.exists(progress))
  os.remove(partial)
  for _, bytes in ipairs({"a diary", ("x"):rep(10000), ("\0"):rep(8191) .. "!"}) do
    support.write("mixed.npy.progress", bytes)
    refused(target, progress .. " exists, but it is not the record of a job")
    luaunit.assertEquals(support.read(progress), bytes)
    luaunit.assertFalse(support.exists(partial))
  end
  -- Space reserved for a record by a run that got no further.
  support.write("mixed.npy.progress", ("\0"):rep(8192))
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
  os.remove(target)
  -- A truncated file.
  jobs.interrupted("mixed.npy")
  local bytes = support.read(partial)
  support.write("mixed.npy.partial", bytes:sub(1, -5))
  refused(target, "is not the file that " .. progress .. " counts the rows of")
  -- A damaged record.
  support.write("mixed.npy.partial", bytes)
  support.write("mixed.npy.progress", ("\0"):rep(8192))
  refused(target, "which describes it")
  luaunit.assertTrue(support.exists(progress))
  support.must({"diversity-all", "-e", file, "-o", target, "--restart"})
  must_be_whole(target)
  -- A partial file that was removed by hand: the job starts from the beginning.
  os.remove(target)
  jobs.interrupted("mixed.npy")
  os.remove(partial)
  support.must({"diversity-all", "-e", file, "-o", target})
  must_be_whole(target)
end

-- The saved rows are those that were written; otherwise the job refuses to continue.
function TestResume:test_rows_are_looked_at()
  local target, partial, progress = job("looked_at.npy")
  local done = 128 + 24 * 160 * 4 -- bytes
  local other = support.write("other_rows.npy", support.npy(support.rows(160, 12, 78)))
  support.must({"diversity-all", "-e", other, "-o", support.path("other_all.npy")})
  jobs.interrupted("looked_at.npy")
  local bytes = support.read(partial)
  luaunit.assertTrue(bytes:sub(1, done) == jobs.expected():sub(1, done))
  local changed = {
    bytes:sub(1, 128) .. ("\0"):rep(#bytes - 128), -- as after an incomplete copy
    support.read(support.path("other_all.npy")), -- the same shape, other embeddings
    bytes:sub(1, done - 4) .. "\255" .. bytes:sub(done - 2),
  }
  for _, wrong in ipairs(changed) do
    luaunit.assertTrue(#wrong == #bytes and wrong ~= bytes)
    support.write("looked_at.npy.partial", wrong)
    refused(target, partial .. " is not the file that " .. progress .. " counts the rows of")
    luaunit.assertTrue(support.read(partial) == wrong)
  end
  -- Bytes after the saved rows do not count as work.
  support.write("looked_at.npy.partial", bytes:sub(1, done) .. ("x"):rep(#bytes - done))
  local _, err = support.must({"diversity-all", "-e", file, "-o", target})
  luaunit.assertStrContains(err, "going on after 24 of 160 sequences")
  must_be_whole(target)
end

-- If no work may be lost, every sequence is computed and saved separately.
function TestResume:test_checkpoint_of_nothing()
  local target = job("each.npy")
  local line = ("%s diversity-all -e %s -o %s --checkpoint 0"):format(
    support.quote(support.program), file, target)
  luaunit.assertEquals((jobs.die(line, 7, {call = "fdatasync"})), 137)
  local _, err = support.must({"diversity-all", "-e", file, "-o", target})
  luaunit.assertStrContains(err, "going on after 6 of 160 sequences")
  must_be_whole(target)
end

-- --restart on a complete file: the file stays until the new one is complete, and the new job
-- continues without the option.
function TestResume:test_restart_of_what_is_complete()
  local target, partial = job("again.npy")
  support.must({"diversity-all", "-e", file, "-o", target})
  local status, err = jobs.die(command(target, "--restart"), 3, {call = "fdatasync", signal = 2})
  luaunit.assertEquals(status, 130)
  luaunit.assertStrContains(err, "12 of 160 sequences are kept in " .. partial ..
    "; the same command without --restart continues there\n")
  luaunit.assertTrue(support.read(target) == jobs.expected())
  err = select(2, support.must({"diversity-all", "-e", file, "-o", target}))
  luaunit.assertStrContains(err, "going on after 12 of 160 sequences")
  must_be_whole(target)
  -- The check whether the file is complete does not affect a job with other embeddings.
  local other = support.write("other_again.npy", support.npy(support.rows(160, 12, 79)))
  luaunit.assertEquals((jobs.die(command(target, "-e " .. other), 3, {call = "fdatasync"})), 137)
  err = select(2, support.must({"diversity-all", "-e", file, "-o", target}))
  luaunit.assertStrContains(err, "is already complete")
  err = select(2, support.must({"diversity-all", "-e", other, "-o", target}))
  luaunit.assertStrContains(err, "going on after 8 of 160 sequences")
end

-- A result that could not be written at the end is reported at the beginning.
function TestResume:test_description_is_checked_first()
  local target, partial, progress, description = job("described.npy")
  support.shell("mkdir " .. description)
  refused(target, description .. ": it is not a regular file")
  luaunit.assertFalse(support.exists(partial) or support.exists(progress))
end

function TestResume:test_link_to_nothing()
  local target = job("to_nothing.npy")
  support.shell("ln -s nothing.npy " .. target)
  refused(target, target .. ": it is a link to a file that does not exist")
end

support.finish()
