-- SPDX-License-Identifier: MIT
--
-- Shared by the tests of long jobs: a small job, its files, and a way to end it at a chosen moment.

local luaunit = require("luaunit")
local support = require("support")

local jobs = {}

jobs.rows = support.rows(160, 12, 77)
jobs.file = support.write("embeddings.npy", support.npy(jobs.rows))

local die_at = support.quote(assert(os.getenv("VKC_DIE_AT"), "VKC_DIE_AT must name the library"))

--- The files of a job named `name`: target, partial, progress, description.
function jobs.files(name)
  local target = support.path(name)
  return target, target .. ".partial", target .. ".progress", target .. ".json"
end

--- The shell command that runs the job.
function jobs.command(target, more)
  return ("%s diversity-all -e %s -o %s --batch 4 --checkpoint 0 %s"):format(
    support.quote(support.program), jobs.file, target, more or "")
end

--- The bytes that each such job must write.
function jobs.expected()
  if not jobs.bytes then
    support.must({"diversity-all", "-e", jobs.file, "-o", support.path("expected.npy")})
    jobs.bytes = support.read(support.path("expected.npy"))
  end
  return jobs.bytes
end

function jobs.must_be_whole(target, what)
  luaunit.assertTrue(support.read(target) == jobs.expected(),
    "the file is not that of one run " .. (what or ""))
  local _, listing = support.shell(("ls -d %s*"):format(target))
  luaunit.assertEquals(listing, ("%s\n%s.json\n"):format(target, target), what)
end

--- Runs a shell command in which the program dies just before its n-th call that changes a file
-- of this run. options.call: count only calls of this function; options.torn: a write is half
-- done; options.signal: send this signal instead of SIGKILL, options.times times; options.after:
-- send it just after the call.
-- Returns exit status and standard error.
function jobs.die(line, n, options)
  options = options or {}
  -- A sanitizer must be loaded first, unless told otherwise.
  local status, _, err = support.shell(("export DIE_FOLDER=%s/ DIE_AT=%d %s %s %s %s %s " ..
    "ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=%s\n%s"):format(
    support.path(""):gsub("/$", ""), n, options.call and "DIE_CALL=" .. options.call or "",
    options.torn and "DIE_TORN=1" or "", options.signal and "DIE_SIGNAL=" .. options.signal or "",
    options.times and "DIE_TIMES=" .. options.times or "", options.after and "DIE_AFTER=1" or "",
    die_at, line))
  return status, err
end

--- Makes a job that was killed with 24 of its rows done: fdatasync is called for every batch.
function jobs.interrupted(name, more)
  local target = support.path(name)
  luaunit.assertEquals((jobs.die(jobs.command(target, more), 7, {call = "fdatasync"})), 137)
  luaunit.assertTrue(support.exists(target .. ".partial"))
  return target
end

return jobs
