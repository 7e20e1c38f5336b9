-- SPDX-License-Identifier: MIT
--
-- diversity-all --extend gives the same bytes as a full run.

local luaunit = require("luaunit")
local jobs = require("jobs")
local support = require("support")

local function take(rows, count)
  local first = {}
  for i = 1, count do
    first[i] = rows[i]
  end
  return first
end

-- Rows of length 1, to float32 precision.
local function normalised(rows)
  local result = {}
  for i, row in ipairs(rows) do
    local square = 0
    for _, number in ipairs(row) do
      square = square + number ^ 2
    end
    result[i] = {}
    for j, number in ipairs(row) do
      result[i][j] = number / math.sqrt(square)
    end
  end
  return result
end

local function all(file, target, ...)
  return support.must({"diversity-all", "-e", file, "-o", support.path(target), ...})
end

local function same_bytes(one, other)
  return support.read(support.path(one)) == support.read(support.path(other))
end

-- The percentage of elements that were kept.
local function kept(err)
  return tonumber(err:match("([%d.]+) %% of the elements were kept")) or 0
end

-- Runs all of `rows` twice: in full, and by extension of the first `count`. Returns the percentage
-- that was kept, and standard error.
local function compare(name, rows, count, lengths)
  local file = support.write(name .. ".npy", support.npy(rows))
  local old_file = support.write(name .. "_old.npy", support.npy(take(rows, count)))
  local old_length, length = unpack(lengths or {})
  local function with(number)
    return number and {"--length", tostring(number)} or {}
  end
  all(old_file, name .. "_old_all.npy", unpack(with(old_length)))
  all(file, name .. "_full.npy", unpack(with(length)))
  local _, err = all(file, name .. "_extended.npy", "--extend",
    support.path(name .. "_old_all.npy"), unpack(with(length)))
  luaunit.assertTrue(same_bytes(name .. "_full.npy", name .. "_extended.npy"),
    name .. ": extended is not the same as computed in full")
  return kept(err), err
end

TestExtend = {}

function TestExtend:test_new_rows()
  local rows = support.rows(180, 16, 11)
  for _, new in ipairs({1, 4, 30, 120}) do
    local share = compare("new" .. new, rows, 180 - new)
    luaunit.assertTrue(new > 30 or share > 1, share)
  end
end

function TestExtend:test_no_new_rows()
  local share = compare("none", support.rows(60, 8, 5), 60)
  luaunit.assertTrue(share > 95, share)
end

function TestExtend:test_other_lengths()
  local rows = support.rows(150, 16, 12)
  luaunit.assertTrue(compare("shorter", rows, 147, {20, 10}) > 40)
  luaunit.assertTrue(compare("same", rows, 147, {20, 20}) > 20)
  compare("longer", rows, 147, {20, 100})
  compare("all", rows, 147, {20})
end

function TestExtend:test_central_rows_change_little()
  -- New rows that point in the common direction are chosen late, so nearly everything is kept.
  local rows = support.rows(120, 8, 13)
  for _, row in ipairs(rows) do
    row[1] = row[1] + 2
  end
  for i = 118, 120 do
    rows[i] = {2, 0, 0, 0, 0, 0, 0, 0}
  end
  local share = compare("central", rows, 117)
  luaunit.assertTrue(share > 60, share)
end

function TestExtend:test_ties_and_zero_rows()
  local rows = support.rows(100, 6, 14)
  rows[20] = {0, 0, 0, 0, 0, 0}
  rows[95] = {0, 0, 0, 0, 0, 0}
  for i = 96, 100 do
    rows[i] = {unpack(rows[i - 60])}
  end
  compare("ties", rows, 90)
  -- Scores that are always equal.
  local axes = {}
  for i = 1, 60 do
    axes[i] = {0, 0, 0, 0}
    axes[i][i % 4 + 1] = i % 8 < 4 and 1 or -1
  end
  compare("axes", axes, 50)
end

function TestExtend:test_lengths_of_rows()
  local rows = support.rows(100, 8, 15)
  compare("unit", normalised(rows), 96)
  rows[100][1] = 1000
  compare("long", rows, 96)
  -- All others have little weight.
  rows = support.rows(100, 8, 15)
  rows[3][1] = 100000
  compare("long_old", rows, 96)
  -- Numbers whose squares exceed the range of float64 are not used for this.
  rows = support.rows(40, 8, 16)
  for i = 1, 40 do
    for j = 1, 8 do
      rows[i][j] = rows[i][j] * 2 ^ -130
    end
  end
  compare("tiny", rows, 38)
end

function TestExtend:test_center_is_computed_again()
  local rows = support.rows(50, 8, 17)
  local file = support.write("center.npy", support.npy(rows))
  local old = support.write("center_old.npy", support.npy(take(rows, 48)))
  all(old, "center_old_all.npy", "--center")
  all(file, "center_full.npy", "--center")
  local _, err = all(file, "center_extended.npy", "--center", "--extend",
    support.path("center_old_all.npy"))
  luaunit.assertStrContains(err, "with --center every new row changes all others")
  luaunit.assertTrue(same_bytes("center_full.npy", "center_extended.npy"))
end

function TestExtend:test_onto_itself_and_resumed()
  local rows = support.rows(140, 8, 18)
  local file = support.write("self.npy", support.npy(rows))
  local old = support.write("self_old.npy", support.npy(take(rows, 137)))
  all(file, "self_full.npy")
  all(old, "self_all.npy")
  all(file, "self_all.npy", "--extend", support.path("self_all.npy"))
  luaunit.assertTrue(same_bytes("self_full.npy", "self_all.npy"))

  all(old, "self_all.npy", "--restart")
  local line = ("%s diversity-all -e %s -o %s --extend %s --batch 3 --checkpoint 0"):format(
    support.quote(support.program), file, support.path("self_all.npy"),
    support.path("self_all.npy"))
  for i = 1, 6 do
    support.shell(("%s & pid=$!; sleep %.2f; kill -KILL $pid; wait $pid"):format(line, i * 0.07))
  end
  luaunit.assertEquals((support.shell(line)), 0)
  luaunit.assertTrue(same_bytes("self_full.npy", "self_all.npy"))
end

-- The reported share is that of the work of this run.
function TestExtend:test_share_after_a_resume()
  local rows = {}
  for i, row in ipairs(support.rows(120, 8, 13)) do
    rows[i] = {row[1] + 2, unpack(row, 2)}
  end
  for i = 118, 120 do
    rows[i] = {2, 0, 0, 0, 0, 0, 0, 0}
  end
  local share = compare("share", rows, 117)
  local target = support.path("share_resumed.npy")
  local line = ("%s diversity-all -e %s -o %s --extend %s --batch 10 --checkpoint 0"):format(
    support.quote(support.program), support.path("share.npy"), target,
    support.path("share_old_all.npy"))
  luaunit.assertEquals((jobs.die(line, 7, {call = "fdatasync"})), 137)
  local status, _, err = support.shell(line)
  luaunit.assertEquals(status, 0)
  luaunit.assertStrContains(err, "going on after 60 of 120 sequences")
  luaunit.assertAlmostEquals(kept(err), share, 10)
end

function TestExtend:test_old_embeddings()
  local rows = support.rows(60, 8, 19)
  local file = support.write("lost.npy", support.npy(rows))
  local old = support.write("lost_old.npy", support.npy(take(rows, 58)))
  local walks = support.path("lost_all.npy")
  all(file, "lost_full.npy")
  all(old, "lost_all.npy")
  os.remove(walks .. ".json")
  local _, err = all(file, "lost_extended.npy", "--extend", walks, "--old-embeddings", old)
  luaunit.assertTrue(kept(err) > 0)
  luaunit.assertTrue(same_bytes("lost_full.npy", "lost_extended.npy"))
end

-- The user may name a wrong source file, so part of the file is computed again.
function TestExtend:test_old_sequences_are_compared()
  local rows = support.rows(60, 8, 21)
  local file = support.write("word.npy", support.npy(rows))
  local old = support.write("word_old.npy", support.npy(take(rows, 58)))
  local walks = support.path("word_all.npy")
  local function refused(sentence, ...)
    local target = support.path("word_refused.npy")
    local status, _, err = support.run({"diversity-all", "-e", file, "-o", target,
      "--extend", walks, "--old-embeddings", old, ...})
    luaunit.assertEquals(status, 2)
    luaunit.assertStrContains(err, "is not the sequence that these embeddings and options give: " ..
      sentence)
    luaunit.assertFalse(support.exists(target .. ".partial"))
  end
  all(old, "word_all.npy", "--center")
  os.remove(walks .. ".json")
  refused("it was made with --center")
  all(old, "word_all.npy")
  os.remove(walks .. ".json")
  refused("it was made with no --center", "--center")
  -- Valid sequences that differ from those of this library, as a library with different results
  -- would write them.
  local bytes = support.read(walks)
  local parts = {bytes:sub(1, 128)}
  for row = 0, 57 do
    local at = 128 + row * 58 * 4
    parts[#parts + 1] = bytes:sub(at + 1, at + 56 * 4) .. bytes:sub(at + 57 * 4 + 1, at + 58 * 4) ..
      bytes:sub(at + 56 * 4 + 1, at + 57 * 4)
  end
  support.write("word_all.npy", table.concat(parts))
  refused("it was made with --center, or by a library that gives other results")
end

function TestExtend:test_refusals()
  local rows = support.rows(60, 8, 20)
  local file = support.write("file.npy", support.npy(rows))
  local old = support.write("old.npy", support.npy(take(rows, 58)))
  local walks = support.path("walks.npy")
  all(old, "walks.npy")
  local good, description = support.read(walks), support.read(walks .. ".json")

  local function refused(sentence, ...)
    local status, out, err = support.run({"diversity-all", "-o", support.path("refused.npy"), ...})
    luaunit.assertEquals({status, out}, {2, ""}, sentence)
    luaunit.assertStrContains(err, sentence)
    for _, ending in ipairs({"", ".partial", ".progress", ".json"}) do
      luaunit.assertFalse(support.exists(support.path("refused.npy" .. ending)), sentence)
    end
  end
  local extend = {"-e", file, "--extend", walks}
  local function changed(position, bytes)
    return good:sub(1, position - 1) .. bytes .. good:sub(position + #bytes)
  end

  refused("was made with no --center", "--center", unpack(extend))
  refused("was made from 58 rows, but " .. support.write("few.npy", support.npy(take(rows, 9))) ..
    " has only 9", "-e", support.path("few.npy"), "--extend", walks)
  local inserted = take(rows, 60)
  table.insert(inserted, 1, {1, 2, 3, 4, 5, 6, 7, 8})
  refused("was made with other embeddings: it can be extended only by appending",
    "-e", support.write("inserted.npy", support.npy(inserted)), "--extend", walks)
  refused("are not those of " .. old, "-e", support.path("inserted.npy"), "--extend", walks,
    "--old-embeddings", old)
  refused(file .. " has 60 rows, but " .. walks .. " has 58 sequences", "-e", file, "--extend",
    walks, "--old-embeddings", file)

  support.write("walks.npy", changed(129 + 4 * 58 * 3 + 8, "\1"))
  refused(walks .. " is not the file that " .. walks .. ".json describes", unpack(extend))
  -- The user names the source file instead of the description; an impossible one is still detected.
  support.write("walks.npy", changed(129 + 4 * 58 * 3 + 8, "\58"))
  refused("the file to extend is damaged: row 3, column 2 has 58", "--old-embeddings", old,
    unpack(extend))
  support.write("walks.npy", changed(129 + 4 * 58 * 3, "\4"))
  refused("the file to extend is damaged: row 3, column 0 has 4", "--old-embeddings", old,
    unpack(extend))
  support.write("walks.npy", good:sub(1, -5))
  refused("does not fit sequences in its", unpack(extend))
  refused("a .npy file of diversity-all was expected", "-e", file, "--extend", old)

  support.write("walks.npy", good)
  support.write("walks.npy.json", description:gsub("}", "", 1))
  refused(walks .. ".json: a description written by diversity-all was expected", unpack(extend))
  support.write("walks.npy.json", (description:gsub('"rows": 58', '"rows": -58')))
  refused("a description written by diversity-all was expected", unpack(extend))
  os.remove(walks .. ".json")
  refused("it is unknown what " .. walks .. " was made from; --old-embeddings FILE names it",
    unpack(extend))
end

support.finish()
