-- SPDX-License-Identifier: MIT
--
-- Output files: permissions, links, unwritable files, pipes and devices, and several programs that
-- write the same file.

local ffi = require("ffi")
local luaunit = require("luaunit")
local jobs = require("jobs")
local support = require("support")

local file = support.write("embeddings.npy", support.npy(support.rows(40, 8, 5)))
local program = support.quote(support.program)
local folder = support.path("written")
local target = folder .. "/target.npy"
local STOP = 19

ffi.cdef([[
struct access_entry { uint16_t tag, permissions; uint32_t id; };
int setxattr(const char *, const char *, const char *, size_t, int);
ssize_t getxattr(const char *, const char *, char *, size_t);
]])

-- The commands, and the files that each one writes.
local writers = {
  ["similarity-matrix"] = {"target.npy"},
  ["neighbors -k 3"] = {"target.npy", "target.similarities.npy"},
  ["heatmap"] = {"target.npy"},
  ["diversity-all"] = {"target.npy", "target.npy.json"},
}

local function line_for(words, output)
  return ("%s %s -q -e %s -o %s"):format(program, words, file, output or target)
end

local function empty()
  support.shell(("chmod 777 %s; rm -rf %s; mkdir %s; chmod 777 %s"):format(folder, folder, folder,
    folder))
end

local function must(line)
  local status, out, err = support.shell(line)
  luaunit.assertEquals({status, err}, {0, ""}, line)
  return out
end

local function fails(line, message, status)
  local got, out, err = support.shell(line)
  luaunit.assertEquals({got, out}, {status or 2, ""}, line)
  luaunit.assertStrContains(err, message)
end

local function listing()
  return must("ls -A " .. folder)
end

-- The bytes that an uninterrupted command writes.
local function expected(words)
  must(line_for(words, support.path("expected")))
  local bytes = support.read(support.path("expected"))
  os.remove(support.path("expected"))
  return bytes
end

-- Mode, owner and group of all names in the folder.
local function attributes(format, names)
  return must(("cd %s && stat -c '%s' %s"):format(folder, format, table.concat(names, " ")))
end

local is_root = must("id -u") == "0\n"

-- Runs a shell command as an unprivileged user, for whom Mesa has no folder to cache shaders in.
local function as_user(line)
  return is_root and "MESA_SHADER_CACHE_DISABLE=true " ..
    "setpriv --reuid 65534 --regid 65534 --clear-groups sh -c " .. support.quote(line) or line
end

-- Another user may not reach the folder that the program was built in.
local function skip_unless_user_reaches_program()
  if support.shell(as_user(program .. " --version")) ~= 0 then
    luaunit.skip("the program is where only its owner can run it")
  end
end

TestOutputs = {}

function TestOutputs:test_mode_stays()
  for words, names in pairs(writers) do
    for _, mode in ipairs({"600", "640", "666", "400"}) do
      empty()
      for _, name in ipairs(names) do
        support.write("written/" .. name, "old")
      end
      -- Root can write a file of mode 400.
      must(("chmod %s %s/*"):format(mode, folder))
      if mode ~= "400" or is_root then
        must("umask 022; " .. line_for(words))
        luaunit.assertEquals(attributes("%a %n", names), ("%s %s\n"):format(mode,
          table.concat(names, ("\n%s "):format(mode))), words)
      end
    end
    -- The mode that open() gives to a new file.
    empty()
    must("umask 027; " .. line_for(words))
    luaunit.assertEquals(attributes("%a", names), ("640\n"):rep(#names))
  end
end

-- The file is not more accessible while it is being written.
function TestOutputs:test_temporary_file_is_private()
  for words, names in pairs(writers) do
    if words ~= "diversity-all" then
      empty()
      for _, name in ipairs(names) do
        support.write("written/" .. name, "old")
      end
      must(("chmod 600 %s/*"):format(folder))
      local status = jobs.die("umask 022\n" .. line_for(words), 1, {call = "pwrite"})
      luaunit.assertEquals(status, 137)
      local modes = must(("cd %s && stat -c '%%a' target.npy.??????"):format(folder))
      luaunit.assertEquals(modes, "600\n", words)
    end
  end
  empty()
  support.write("written/target.npy", "old")
  must("chmod 600 " .. target)
  luaunit.assertEquals((jobs.die("umask 022\n" .. line_for("diversity-all"), 2,
    {call = "pwrite"})), 137)
  luaunit.assertEquals(attributes("%a", {"target.npy.partial"}), "600\n")
end

function TestOutputs:test_owner_stays()
  if not is_root then
    luaunit.skip("only root can give files away")
  end
  for words, names in pairs(writers) do
    empty()
    for _, name in ipairs(names) do
      support.write("written/" .. name, "old")
    end
    must(("chown 12345:12346 %s/*"):format(folder))
    must(line_for(words))
    luaunit.assertEquals(attributes("%u:%g", names), ("12345:12346\n"):rep(#names), words)
  end
  skip_unless_user_reaches_program()
  -- If the new file cannot have the group, the permissions of the group are not given to another
  -- group.
  empty()
  support.write("written/target.npy", "old")
  must(("chown 65534:12346 %s; chmod 664 %s"):format(target, target))
  must(as_user(line_for("similarity-matrix")))
  luaunit.assertEquals(attributes("%u:%g %a", {"target.npy"}), "65534:65534 644\n")
end

-- An access control list in the form of the kernel: only user:12345 may read and write.
local function access_list()
  local parts = {string.char(2, 0, 0, 0)}
  for _, entry in ipairs({{1, 6, -1}, {2, 6, 12345}, {4, 0, -1}, {16, 6, -1}, {32, 0, -1}}) do
    parts[#parts + 1] = ffi.string(ffi.new("struct access_entry", entry), 8)
  end
  return table.concat(parts)
end

local function read_list(path)
  local bytes = ffi.new("char[256]")
  local length = tonumber(ffi.C.getxattr(path, "system.posix_acl_access", bytes, 256))
  return length > 0 and ffi.string(bytes, length) or nil
end

function TestOutputs:test_access_list_stays()
  local list = access_list()
  empty()
  support.write("written/target.npy", "old")
  if ffi.C.setxattr(target, "system.posix_acl_access", list, #list, 0) ~= 0 then
    luaunit.skip("the file system has no access control lists")
  end
  must(line_for("similarity-matrix"))
  luaunit.assertTrue(read_list(target) == list)
  luaunit.assertEquals(attributes("%a", {"target.npy"}), "660\n")
  -- A default list of the directory does not open a private file.
  empty()
  support.write("written/target.npy", "old")
  must("chmod 640 " .. target)
  luaunit.assertEquals(ffi.C.setxattr(folder, "system.posix_acl_default", list, #list, 0), 0)
  must(line_for("similarity-matrix"))
  luaunit.assertNil(read_list(target))
  luaunit.assertEquals(attributes("%a", {"target.npy"}), "640\n")
end

function TestOutputs:test_file_that_may_not_be_written()
  skip_unless_user_reaches_program()
  for words, names in pairs(writers) do
    for _, protected in ipairs(names) do
      empty()
      for _, name in ipairs(names) do
        support.write("written/" .. name, "old")
      end
      must(("chmod 666 %s/*; chmod 444 %s/%s"):format(folder, folder, protected))
      fails(as_user(line_for(words)), ("cannot write %s/%s: Permission denied\n"):format(folder,
        protected))
      for _, name in ipairs(names) do
        luaunit.assertEquals(support.read(folder .. "/" .. name), "old")
      end
      luaunit.assertEquals(listing(), table.concat(names, "\n") .. "\n")
    end
  end
  -- A file that is already complete need not be writable.
  empty()
  must(line_for("diversity-all"))
  must(("chmod 444 %s/*"):format(folder))
  must(as_user(line_for("diversity-all")))
end

function TestOutputs:test_folders()
  skip_unless_user_reaches_program()
  for words, names in pairs(writers) do
    empty()
    must("chmod 555 " .. folder)
    fails(as_user(line_for(words)), "Permission denied")
    -- Files can be created in this folder, but not listed.
    must("chmod 333 " .. folder)
    must(as_user(line_for(words)))
    must("chmod 777 " .. folder)
    luaunit.assertEquals(listing(), table.concat(names, "\n") .. "\n")
    fails(line_for(words, folder), "it is not a regular file")
    fails(line_for(words, folder .. "/none/x.npy"), "No such file or directory")
  end
end

function TestOutputs:test_links()
  for words, names in pairs(writers) do
    empty()
    must(("cd %s; mkdir real; echo old >real/r.npy; ln -s real/r.npy target.npy"):format(folder))
    must(line_for(words))
    luaunit.assertTrue(support.read(folder .. "/real/r.npy") == expected(words), words)
    luaunit.assertEquals(must("readlink " .. target), "real/r.npy\n")
    empty()
    must(("ln -s nowhere %s; ln -s loop.npy %s/loop.npy"):format(target, folder))
    fails(line_for(words), "it is a link to a file that does not exist")
    fails(line_for(words, folder .. "/loop.npy"), "Too many levels of symbolic links")
    luaunit.assertEquals(listing(), "loop.npy\ntarget.npy\n", names[1])
  end
end

-- Links in the place of a job's own files are not followed.
function TestOutputs:test_links_beside_the_target()
  for _, suffix in ipairs({".partial", ".json.partial"}) do
    empty()
    support.write("written/victim", "precious")
    must(("ln -s victim %s%s"):format(target, suffix))
    support.shell(line_for("diversity-all --restart"))
    luaunit.assertEquals(support.read(folder .. "/victim"), "precious", suffix)
  end
  empty()
  must(("ln -s victim %s.progress"):format(target))
  fails(line_for("diversity-all"), "Too many levels of symbolic links")
  must(("rm %s.progress; mkfifo %s.progress"):format(target, target))
  fails(line_for("diversity-all"), ".progress: it is not a regular file")
  luaunit.assertEquals(listing(), "target.npy.progress\n")
end

function TestOutputs:test_streams()
  local png = expected("heatmap")
  for _, words in ipairs({"similarity-matrix", "heatmap"}) do
    empty()
    local bytes = expected(words)
    luaunit.assertTrue(must(line_for(words, "-") .. " | cat") == bytes, words)
    luaunit.assertTrue(must(line_for(words, "/dev/stdout") .. " | cat") == bytes, words)
    must(line_for(words, "/dev/null"))
    must(("mkfifo %s/fifo; cat %s/fifo >%s/read & %s; wait"):format(folder, folder, folder,
      line_for(words, folder .. "/fifo")))
    luaunit.assertTrue(support.read(folder .. "/read") == bytes)
    -- A file that the shell has opened is written at the current position of the shell.
    for _, name in ipairs({"-", "/dev/stdout", target}) do
      must(("{ printf before; %s; printf after; } >%s"):format(line_for(words, name), target))
      luaunit.assertTrue(support.read(target) == "before" .. bytes .. "after", name)
    end
    must(("printf before >%s; %s >>%s"):format(target, line_for(words, "-"), target))
    luaunit.assertTrue(support.read(target) == "before" .. bytes)
    luaunit.assertNotStrContains(listing(), ".npy.")
    fails(("cp %s %s; %s %s -e %s -o - >>%s"):format(file, target, program, words, target, target),
      "--output would write standard output, which is the file of the embeddings", 1)
    luaunit.assertTrue(support.read(target) == support.read(file))
  end
  luaunit.assertEquals(png:sub(2, 4), "PNG")
  luaunit.assertFalse(support.exists("-"))
end

function TestOutputs:test_streams_that_cannot_be()
  fails(line_for("neighbors -k 2", "-"), "without --output, JSON goes there", 1)
  fails(line_for("diversity-all", "-"), "--output takes the name of a file", 1)
  for _, words in ipairs({"neighbors -k 2", "diversity-all"}) do
    fails(line_for(words, "/dev/null"), "/dev/null: it is not a regular file")
  end
  if support.shell("command -v script") ~= 0 then
    luaunit.skip("script(1), which provides a terminal, is not installed")
  end
  for _, name in ipairs({"-", "/dev/stdout", "/dev/tty"}) do
    local _, out = support.shell(("script -qec %s /dev/null </dev/null"):format(
      support.quote(line_for("similarity-matrix", name))))
    luaunit.assertStrContains(out, "it is a terminal, and the output is not text")
    luaunit.assertNotStrContains(out, "NUMPY")
  end
end

-- A failed write reports the reason.
function TestOutputs:test_files_that_are_too_large()
  -- lavapipe of Mesa 25 keeps device memory in files, which the limit covers as well.
  local status = support.shell(("ulimit -f 1; %s neighbors -e %s -k 1 --row 0"):format(program,
    file))
  if status ~= 0 then
    luaunit.skip("the driver does not work with a limit on the size of files")
  end
  for words in pairs(writers) do
    empty()
    -- 512 bytes.
    fails("ulimit -f 1; " .. line_for(words), "File too large")
    luaunit.assertEquals(listing(), "", words)
  end
end

-- Shell: starts the first command, which stops itself at its n-th call of a function, waits for
-- that, runs the second to its end, and lets the first continue; prints the exit statuses of both.
local function meanwhile(first, call, n, second)
  local status_file = support.path("status")
  local _, err = jobs.die(([[
    %s & pid=$!
    unset LD_PRELOAD
    until grep -q '^State:.T' /proc/$pid/status; do sleep 0.01; done
    %s; second=$?
    kill -CONT $pid; wait $pid; echo $? $second >%s]]):format(first, second, status_file), n,
    {call = call, signal = STOP})
  return support.read(status_file), err
end

-- Two programs that write the same two files never leave one file of each.
function TestOutputs:test_pair_is_of_one_run()
  local names = writers["neighbors -k 3"]
  empty()
  must(line_for("neighbors -k 3"))
  local first = {support.read(target), support.read(folder .. "/" .. names[2])}
  -- The second program writes another shape, and reports the conflict also by the name without its
  -- ending.
  for _, output in ipairs({target, folder .. "/target"}) do
    for call, times in pairs({rename = 2, pwrite = 1, unlink = 1}) do
      for n = 1, times do
        -- Before the first program has its second lock, the name without the ending is free.
        if output == target or call ~= "pwrite" then
          empty()
          local statuses, err = meanwhile(line_for("neighbors -k 3"), call, n,
            line_for("neighbors -k 2", output))
          luaunit.assertEquals(statuses, "0 2\n", call .. err)
          luaunit.assertStrContains(err, "another vulkan-compute is writing " .. folder)
          luaunit.assertEquals(listing(), "target.npy\ntarget.similarities.npy\n", call)
          luaunit.assertTrue(support.read(target) == first[1])
          luaunit.assertTrue(support.read(folder .. "/" .. names[2]) == first[2])
        end
      end
    end
  end
end

-- Files of a killed run are not a lock, and a file with such a name is not removed.
function TestOutputs:test_locks_of_the_dead()
  empty()
  luaunit.assertEquals((jobs.die(line_for("neighbors -k 3"), 2, {call = "rename"})), 137)
  luaunit.assertStrContains(listing(), "target.npy.lock\n")
  must(line_for("neighbors -k 3"))
  luaunit.assertNotStrContains(listing(), ".lock")
  empty()
  support.write("written/target.npy.lock", "somebody's")
  must(line_for("neighbors -k 3"))
  luaunit.assertEquals(support.read(target .. ".lock"), "somebody's")
end

support.finish()
