-- SPDX-License-Identifier: MIT
--
-- Every job is killed just before its first call that changes a file, then before its second, and
-- so on until it completes. The file found afterwards under the name of the target is always whole.

local luaunit = require("luaunit")
local jobs = require("jobs")
local support = require("support")

local MOST_CALLS = 400

local program = support.quote(support.program)
local few = support.rows(12, 4, 7)
local file = support.write("few.npy", support.npy(few))
local target = support.path("target.npy")
local all = ("%s diversity-all -q -e %s -o %s --batch 5 --checkpoint 0"):format(program, file,
  target)

local function remove_all()
  support.shell(("rm -f %s* %s"):format(target, support.path("target.similarities.npy")))
end

-- Saves the target and its description; returns a function that restores them.
local function remember()
  local bytes, description = support.read(target), support.read(target .. ".json")
  return function()
    remove_all()
    support.write("target.npy", bytes)
    support.write("target.npy.json", description)
  end, bytes
end

-- Kills the command at each call in turn, after before(), and calls after() each time; returns how
-- often it was killed.
local function each_death(line, options, before, after)
  for n = 1, MOST_CALLS do
    before()
    local status, err = jobs.die(line, n, options)
    if status == 0 then
      luaunit.assertTrue(n > 3, "it was hardly ever killed")
      return n - 1
    end
    luaunit.assertEquals(status, 137, err)
    after(n)
  end
  error("the job never runs through")
end

-- All sequences of a file, made without interruption.
local function undisturbed(embeddings)
  support.must({"diversity-all", "-q", "-e", embeddings, "-o", support.path("once.npy"),
    "--restart"})
  return support.read(support.path("once.npy"))
end

TestDeaths = {}

-- Resumed after each kill, the job gives the file of an uninterrupted run and leaves nothing else
-- behind.
function TestDeaths:test_diversity_all()
  local expected = undisturbed(file)
  local function after(n)
    luaunit.assertEquals((support.shell(all)), 0, n)
    luaunit.assertTrue(support.read(target) == expected, n)
    local _, listing = support.shell(("ls -d %s*"):format(target))
    luaunit.assertEquals(listing, ("%s\n%s.json\n"):format(target, target), n)
  end
  local deaths = each_death(all, {}, remove_all, after)
  local torn = each_death(all, {call = "pwrite", torn = true}, remove_all, after)
  print(("diversity-all: killed before %d calls and in %d writes"):format(deaths, torn))
end

-- The job replaces a file made from other embeddings, which stays whole until then.
function TestDeaths:test_diversity_all_over_another()
  local other = support.write("other.npy", support.npy(support.rows(12, 4, 8)))
  local new = undisturbed(file)
  support.must({"diversity-all", "-q", "-e", other, "-o", target, "--restart"})
  local before, old = remember()
  each_death(all, {}, before, function(n)
    local found = support.read(target)
    luaunit.assertTrue(found == old or found == new, n)
    luaunit.assertEquals((support.shell(all)), 0, n)
    luaunit.assertTrue(support.read(target) == new, n)
  end)
end

function TestDeaths:test_extend_onto_itself()
  local full = undisturbed(file)
  local first = support.write("first.npy", support.npy({unpack(few, 1, 10)}))
  support.must({"diversity-all", "-q", "-e", first, "-o", target, "--restart"})
  local line = all .. " --extend " .. target
  each_death(line, {}, (remember()), function(n)
    luaunit.assertEquals((support.shell(line)), 0, n)
    luaunit.assertTrue(support.read(target) == full, n)
  end)
end

-- The target is either the previous file or all of the new one.
local function whole_after_each_death(words, names)
  local line = ("%s %s -q -e %s -o %s"):format(program, words, file, target)
  local new, deaths = {}
  remove_all()
  luaunit.assertEquals((support.shell(line)), 0)
  for i, name in ipairs(names) do
    new[i] = support.read(support.path(name))
  end
  for _, old in ipairs({"an old file", false}) do
    deaths = each_death(line, {}, function()
      remove_all()
      for _, name in ipairs(old and names or {}) do
        support.write(name, old)
      end
    end, function(n)
      local found = {}
      for i, name in ipairs(names) do
        found[i] = support.read(support.path(name)) or false
        luaunit.assertTrue(found[i] == new[i] or found[i] == old or (i == 2 and not found[i]),
          ("%s: %s is not whole after %d"):format(words, name, n))
      end
      -- The second file only exists if it belongs to the first.
      if found[2] then
        luaunit.assertEquals(found[1] == new[1], found[2] == new[2], n)
      end
    end)
  end
  print(("%s: killed before %d calls"):format(words, deaths))
end

function TestDeaths:test_files_of_one_run()
  whole_after_each_death("similarity-matrix", {"target.npy"})
  whole_after_each_death("neighbors -k 3", {"target.npy", "target.similarities.npy"})
  whole_after_each_death("heatmap", {"target.npy"})
end

support.finish()
