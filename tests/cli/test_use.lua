-- SPDX-License-Identifier: MIT
--
-- The command line as a new user tries it: help, misuse with its messages, exit statuses, and which
-- output goes to which stream.

local dkjson = require("dkjson")
local luaunit = require("luaunit")
local support = require("support")

local rows = support.rows(20, 4, 3)
local file = support.write("embeddings.npy", support.npy(rows))
local numbers = support.write("ids.txt", "a\nb\n")
local not_finite = support.write("not_finite.npy", support.npy({{1, 2}, {0 / 0, 3}}))
local single = support.write("single.npy", support.npy({{1, 2}}))
local ids_file = support.write("with_ids.jsonl",
  '{"id":"x","embedding":[1,2]}\n{"id":7,"embedding":[2,1]}\n{"id":"z","embedding":[0,1]}\n')

local commands = {"devices", "diversity-sequence", "diversity-all", "similarity-matrix",
  "neighbors", "heatmap"}

local function out(name)
  return support.path(name)
end

-- Arguments, a part of the message. Exit status 1.
local wrong_uses = {
  {"", "a command is needed"},
  {"--bogus", "unknown option '--bogus'"},
  {"sequence", "there is no command 'sequence'"},
  {"-x devices", "unknown option '-x'"},
  {"devices extra", "'extra' was not expected"},
  {"devices --format yaml", "--format takes text or json, not 'yaml'"},
  {"devices --start 1", "--start does not apply here"},
  {"devices --quiet=yes", "--quiet takes no value"},
  {"devices --quiet -xq", "unknown option '-x'"},
  {"devices --quiet -qx", "unknown option '-x'"},
  {"devices --start=1", "--start does not apply here"},
  {"devices --bogus=1", "unknown option '--bogus=1'"},
  {"devices --memory-limit lots", "--memory-limit takes a number of bytes"},
  {"devices --memory-limit 0", "not '0'"},
  {"devices --memory-limit -1", "not '-1'"},
  {"devices --memory-limit 99999999999999999999", "--memory-limit takes"},
  {"devices --device", "'--device' needs a value: DEVICE"},
  {"diversity-sequence --start 1", "--embeddings FILE is needed, or the environment variable"},
  {"diversity-sequence -e FILE", "--start is needed"},
  {"diversity-sequence -e", "'-e' needs a value: FILE"},
  {"diversity-sequence -qe", "'-e' needs a value: FILE"},
  {"diversity-sequence --embeddings", "'--embeddings' needs a value: FILE"},
  {"diversity-sequence -e FILE --start", "'--start' needs a value: N"},
  {"diversity-sequence -e FILE --start 20", "--start takes a row of 0 … 19, not '20'"},
  {"diversity-sequence -e FILE --start -1", "not '-1'"},
  {"diversity-sequence -e FILE --start 1.5", "not '1.5'"},
  {"diversity-sequence -e FILE --start ''", "not ''"},
  {"diversity-sequence -e FILE --start first", "not 'first'"},
  {"diversity-sequence -e FILE --start 4294967296", "not '4294967296'"},
  {"diversity-sequence -e FILE --start 1 --length 0", "--length takes a whole number of 1"},
  {"diversity-sequence -e FILE --start 1 --length 21", "--length takes 1 … 20, not 21"},
  {"diversity-sequence -e FILE --start 1 --length ten", "not 'ten'"},
  {"diversity-sequence -e FILE --start 1 --format list", "--format takes array or object"},
  {"diversity-sequence -e FILE --start 1 --input-format csv", "npy, json, jsonl, fvecs or fbin"},
  {"diversity-sequence -e FILE --start 1 --output x", "--output does not apply here"},
  {"diversity-sequence -e FILE --start 1 --batch 3", "--batch does not apply here"},
  {"diversity-sequence -e FILE --start 1 --bogus", "unknown option '--bogus'"},
  {"diversity-sequence -e FILE --start 1 2 3", "'2' was not expected"},
  {"diversity-sequence -e IDS --use-ids --start 1", "'1' is not one of them"},
  {"diversity-sequence -e IDS --use-ids --ids NUMBERS --start x", "exclude each other"},
  {"diversity-sequence -e - --ids - --start x <FILE", "cannot both be standard input"},
  {"diversity-all -e FILE", "--output is needed"},
  {"diversity-all -e FILE -o ''", "--output is needed"},
  {"diversity-all -e FILE -o OUT --length 21", "--length takes 1 … 20, not 21"},
  {"diversity-all -e FILE -o OUT --batch 0", "--batch takes a whole number"},
  {"diversity-all -e FILE -o OUT --checkpoint never", "--checkpoint takes a number of seconds"},
  {"diversity-all -e FILE -o OUT --log-progress=0", "--log-progress takes a number of seconds"},
  {"diversity-all -e FILE -o OUT --ids NUMBERS", "--ids does not apply here"},
  {"diversity-all -e FILE -o OUT --old-embeddings FILE", "--old-embeddings needs --extend"},
  {"diversity-all -e FILE -o OUT --start 3", "--start does not apply here"},
  {"similarity-matrix -e FILE", "--output is needed"},
  {"similarity-matrix -e FILE -o OUT -k 3", "unknown option '-k'"},
  {"neighbors -e FILE", "-k is needed"},
  {"neighbors -e FILE -k 0", "--k takes a whole number"},
  {"neighbors -e FILE -k 20", "-k takes at most 19 with 20 rows, not 20"},
  {"neighbors -e FILE -k", "'-k' needs a value: K"},
  {"neighbors -e FILE -k 3 --row 20", "--row takes a row of 0 … 19, not '20'"},
  {"neighbors -e IDS -k 1 --use-ids --output OUT", "--output and ids exclude each other"},
  {"heatmap -e FILE", "--output is needed"},
  {"heatmap -e FILE -o OUT --order random", "--order takes file, diversity or cluster"},
  {"heatmap -e FILE -o OUT --size 15", "--size takes a whole number of 16"},
  {"heatmap -e FILE -o OUT --range 1:0", "--range takes two numbers"},
  {"heatmap -e FILE -o OUT --range 0.5", "--range takes two numbers"},
}

-- Arguments, a part of the message. Exit status 2.
local failures = {
  {"diversity-sequence -e /nowhere/x.npy --start 1", "/nowhere/x.npy: No such file"},
  {"diversity-sequence -e FILE --start 1 --device 99", "99"},
  {"diversity-sequence -e FILE --start 1 --device 'no such device'", "no such device"},
  {"diversity-sequence -e FILE --start 1 --use-ids", "has no ids for --use-ids"},
  {"diversity-sequence -e FILE --start 1 --ids NUMBERS", "20 ids were expected, one for each row"},
  {"diversity-sequence -e FILE --start 1 --ids /nowhere/ids", "/nowhere/ids: No such file"},
  {"diversity-sequence -e FILE --start 1 >/dev/full", "cannot write to standard output"},
  {"neighbors -e FILE -k 2 >/dev/full", "cannot write to standard output"},
  {"devices --device nonsense", "No device has 'nonsense' in its name"},
  {"devices --device 99",
   "There is no device 99 (VKC_DEVICE); the devices, numbered from 0, are: 0 '"},
  {"neighbors -e NAN -k 1", "not_finite.npy: the number in row 1, column 0 (both from 0) is NaN"},
  {"neighbors -e SINGLE -k 1", "single.npy has a single row, which has no neighbours"},
  {"devices --format json --device 99", "99"},
  {"--help >/dev/full", "cannot write to standard output"},
  {"heatmap --help >/dev/full", "cannot write to standard output"},
  {"--version >/dev/full", "cannot write to standard output"},
  {"devices >/dev/full", "cannot write to standard output"},
  {"diversity-all -e FILE -o /nowhere/all.npy", "cannot write /nowhere/all.npy: No such file"},
  {"diversity-all -e FILE -o /dev/null", "/dev/null: it is not a regular file"},
  {"diversity-all -e FILE -o FOLDER", "it is not a regular file"},
  {"diversity-all -e FILE -o OUT --extend /nowhere/old.npy", "/nowhere/old.npy: No such file"},
  {"similarity-matrix -e FILE -o /nowhere/m.npy", "/nowhere/m.npy: No such file"},
  {"similarity-matrix -e FILE -o FILE/m.npy", "embeddings.npy is not a directory"},
  {"neighbors -e FILE -k 2 -o /nowhere/n.npy", "/nowhere/n.npy: No such file"},
  {"heatmap -e FILE -o /nowhere/h.png", "/nowhere/h.png: No such file"},
}

local function fill_in(words)
  return (words:gsub("%u%u%u+", {
    FILE = file, NAN = not_finite, SINGLE = single, IDS = ids_file, NUMBERS = numbers,
    OUT = out("result"), FOLDER = support.path("."),
  }))
end

TestUse = {}

local function check_table(cases, expected_status)
  for _, case in ipairs(cases) do
    local words, message = case[1], case[2]
    local status, output, err = support.run(fill_in(words), "env -u VKC_EMBEDDINGS")
    luaunit.assertEquals(status, expected_status, words .. ": " .. err)
    luaunit.assertEquals(output, "", words)
    luaunit.assertStrContains(err, message)
    luaunit.assertNil(err:match("vkc_%l+"), err) -- names of the C interface do not belong here
    luaunit.assertStrMatches(err:match("[^\n]*"), "vulkan%-compute[ %l-]*: .+")
    luaunit.assertEquals(select(2, err:gsub("\n", "")), expected_status == 1 and 2 or 1, err)
    luaunit.assertFalse(support.exists(out("result")), words)
    luaunit.assertFalse(support.exists(out("result.progress")), words)
    luaunit.assertFalse(support.exists(out("result.partial")), words)
  end
end

function TestUse:test_wrong_uses()
  check_table(wrong_uses, 1)
end

function TestUse:test_failures()
  check_table(failures, 2)
end

function TestUse:test_variables_that_hide_drivers()
  for _, words in ipairs({"devices", "devices --format json", "neighbors -k 1 -e " .. file}) do
    local status, output, err = support.run(words,
      "env VK_DRIVER_FILES=/nowhere.json VK_ICD_FILENAMES=/nowhere/too.json")
    luaunit.assertEquals({status, output}, {2, ""}, words)
    luaunit.assertStrContains(err, "(VK_DRIVER_FILES='/nowhere.json', "
      .. "VK_ICD_FILENAMES='/nowhere/too.json')")
    luaunit.assertNil(err:match("vkc_%l+"), err)
  end
end

-- An input file is never overwritten, under whatever name.
function TestUse:test_output_is_no_input()
  local bytes = support.read(file)
  local function refused(name, output, words)
    local path = support.write(name, bytes)
    local link = support.path("link_to_" .. name)
    support.shell(("rm -f %s; ln -s %s %s"):format(link, path, link))
    for _, embeddings in ipairs({path, link, "- <" .. path}) do
      local status, _, err = support.run(("%s -e %s -o %s --input-format npy"):format(words,
        embeddings, support.path(output)))
      luaunit.assertEquals(status, 1, words)
      luaunit.assertStrContains(err, path .. ", which is the file of the embeddings")
      luaunit.assertTrue(support.read(path) == bytes)
    end
  end
  for _, words in ipairs({"diversity-all", "similarity-matrix", "neighbors -k 2", "heatmap"}) do
    refused("read.npy", "read.npy", words)
    refused("read.npy", "link_to_read.npy", words)
  end
  refused("read.similarities.npy", "read.npy", "neighbors -k 2")
  for _, ending in ipairs({".partial", ".progress", ".json"}) do
    os.remove(out("read.npy"))
    refused("read.npy" .. ending, "read.npy", "diversity-all")
    os.remove(out("read.npy" .. ending))
  end
  local old = support.write("old.npy", bytes)
  local status, _, err = support.run(("diversity-all -e %s -o %s --extend %s --old-embeddings %s")
    :format(file, old, out("none.npy"), old))
  luaunit.assertEquals(status, 1)
  luaunit.assertStrContains(err, "which is the file of the old embeddings")
end

function TestUse:test_no_temporary_files_stay()
  local _, listing = support.shell("ls " .. support.path(""))
  luaunit.assertNotStrContains(listing, "result")
end

function TestUse:test_help()
  local general = support.must("--help")
  for _, command in ipairs(commands) do
    luaunit.assertStrContains(general, "\n  " .. command .. " ")
    local help, err = support.must(command .. " --help")
    luaunit.assertEquals(err, "")
    luaunit.assertStrContains(help, "usage: vulkan-compute " .. command)
    for _, option in ipairs({"--device", "--memory-limit", "--quiet", "--version", "--help"}) do
      luaunit.assertStrContains(help, option)
    end
    for line in help:gmatch("[^\n]+") do
      luaunit.assertTrue(#line <= 100, line)
    end
    luaunit.assertEquals(support.must(command .. " -h"), help)
    luaunit.assertEquals(support.must(command .. " --version"), support.must("--version"))
  end
  luaunit.assertStrMatches(support.must("--version"),
    "vulkan%-compute %d+%.%d+%.%d+ %(library %d+%.%d+%.%d+, results %d+%)\n")
end

function TestUse:test_original_request()
  -- The line of the original request, unchanged, beside the program.
  local folder = support.program:match("(.*)/[^/]*$")
  -- luacheck: push ignore 631
  local script = support.write("request.lua", [[
local dkjson = require("dkjson")
local handle = io.popen("./vulkan-compute diversity-sequence --start 123", "r"); local result = handle:read("*a"); handle:close(); local sequence = dkjson.decode(result)
print(#sequence, sequence[1])
]])
  -- luacheck: pop
  local poems = support.write("poems.npy", support.npy(support.rows(200, 8, 9)))
  local status, output, err = support.shell(("cd %s && VKC_EMBEDDINGS=%s %s %s"):format(
    support.quote(folder), poems, support.quote(arg[-1] or "luajit"), script))
  luaunit.assertEquals({status, output, err}, {0, "200\t123\n", ""})
end

function TestUse:test_devices()
  local text = support.must("devices")
  luaunit.assertStrContains(text, "* is the one that would be used.")
  luaunit.assertStrMatches(text, "[* ] 0: .*")
  local list = dkjson.decode((support.must("devices --format json")))
  local defaults = 0
  for i, device in ipairs(list) do
    luaunit.assertEquals(device.index, i - 1)
    defaults = defaults + (device.default and 1 or 0)
  end
  luaunit.assertEquals(defaults, 1)
  local chosen = dkjson.decode((support.must("devices --format json --device " .. #list - 1)))
  luaunit.assertTrue(chosen[#list].default)
end

-- File names are bytes; JSON is UTF-8.
function TestUse:test_name_that_is_no_utf8()
  local path = support.write("\255\195\188\226\130.npy", support.read(file))
  local description = support.must({"diversity-sequence", "-e", path, "--start", "2",
    "--format", "object"})
  luaunit.assertStrContains(description, "/\239\191\189ü\239\191\189\239\191\189.npy\"")
end

function TestUse:test_options_before_the_command()
  local plain = support.must({"diversity-sequence", "-e", file, "--start", "2"})
  luaunit.assertEquals(support.must({"--quiet", "--device", "0", "--memory-limit=1G",
    "diversity-sequence", "-e", file, "--start", "2"}), plain)
  luaunit.assertEquals(support.must({"diversity-sequence", "-qe", file, "--start=2", "--device=0",
    "--memory-limit", "512M"}), plain)
end

function TestUse:test_ids()
  local function sequence(words)
    return (support.must("diversity-sequence " .. fill_in(words)))
  end
  luaunit.assertEquals(sequence("-e IDS --start 0"), "[0,1,2]\n")
  luaunit.assertEquals(sequence("-e IDS --use-ids --start x"), '["x",7,"z"]\n')
  luaunit.assertEquals(sequence("-e IDS --use-ids --start 7 --length 2"), '[7,"z"]\n')
  local lines = support.write("lines.txt", "first\r\nse\"cond\nÜ 3")
  luaunit.assertEquals(sequence("-e IDS --start 'Ü 3' --ids " .. lines),
    '["Ü 3","se\\"cond","first"]\n')
  local list = support.write("list.json", '["p", 17, "q"]\n')
  luaunit.assertEquals(sequence("-e IDS --start 17 --ids " .. list), '[17,"q","p"]\n')
  luaunit.assertEquals(sequence("-e IDS --start p --ids - <" .. list), '["p",17,"q"]\n')
  luaunit.assertEquals((support.must(fill_in("neighbors -e IDS --use-ids -k 1 --row x"))),
    '{"row":"x","neighbors":["z"],"similarities":[0.89442718]}\n')

  local wrong = {
    {"a\nb\na\n", "the id 'a' was expected once, but rows 0 and 2 both have it"},
    {'["7", 7, "x"]', "the id '7' was expected once, but rows 0 and 1 both have it"},
    {"a\n\nb\n", "at line 2 an id was expected, but it is empty"},
    {"a\n\255\nb\n", "at line 2 an id in UTF-8 was expected"},
    {"a\nb\nc\nd\n", "3 ids were expected, one for each row, not 4"},
    {'["a", [], "b"]', "a string or an integer was expected as id 1"},
    {'["a" "b"]', "well-formed JSON was expected"},
    {"", "3 ids were expected, one for each row, not 0"},
  }
  for _, case in ipairs(wrong) do
    local path = support.write("wrong_ids", case[1])
    local status, output, err = support.run({"diversity-sequence", "-e", ids_file, "--start", "a",
      "--ids", path})
    luaunit.assertEquals({status, output}, {2, ""}, case[2])
    luaunit.assertStrContains(err, case[2])
    luaunit.assertStrContains(err, path)
  end
end

function TestUse:test_streams_are_kept_apart()
  -- Standard output has only JSON; standard error is empty without a terminal.
  local output, err = support.must({"neighbors", "-e", file, "-k", "3"})
  luaunit.assertEquals(err, "")
  luaunit.assertEquals(#dkjson.decode(output), 20)
  local _, err_all = support.must({"diversity-all", "-e", file, "-o", out("all.npy")})
  luaunit.assertEquals(err_all, "")
  local _, log = support.must({"diversity-all", "-e", file, "-o", out("log.npy"), "--batch", "1",
    "--log-progress=0.000001"})
  luaunit.assertStrContains(log, "0 of 210 pairs, ") -- the matrix comes first
  luaunit.assertStrContains(log, "19 of 20 sequences, ")
  luaunit.assertStrContains(log, "/s, ")
  luaunit.assertStrContains(log, " left\n")
end

function TestUse:test_bar_on_a_terminal()
  -- script(1) of util-linux gives the program a terminal.
  local status = support.shell("command -v script")
  if status ~= 0 then
    luaunit.skip("script(1), which provides a terminal, is not installed")
  end
  local line = support.program .. " diversity-all --batch 1 -e " .. file .. " -o " .. out("bar.npy")
  local _, shown = support.shell("script -qec " .. support.quote(line) .. " /dev/null </dev/null")
  luaunit.assertStrContains(shown, "] ")
  luaunit.assertStrMatches(shown, ".*%[[#.]+%] +%d+%%  %d+ of 20 sequences  [%d.]+/s  .* left.*")
  local _, quiet = support.shell("script -qec " ..
    support.quote(line:gsub("bar.npy", "quiet.npy") .. " --quiet") .. " /dev/null </dev/null")
  luaunit.assertEquals(quiet, "")
end

support.finish()
