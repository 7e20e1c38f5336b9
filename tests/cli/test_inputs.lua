-- SPDX-License-Identifier: MIT
--
-- Every file format gives the same rows, and every malformed file gives one sentence.

local support = require("support")
local luaunit = require("luaunit")

local rows = support.rows(60, 7, 5)

local function json_rows(open, close)
  local lines = {}
  for i, row in ipairs(rows) do
    local numbers = {}
    for j, number in ipairs(row) do
      numbers[j] = ("%.17g"):format(number)
    end
    lines[i] = open:gsub("ID", "text " .. i) .. "[" .. table.concat(numbers, ",") .. "]" .. close
  end
  return lines
end

local function fvecs()
  local ffi, parts = require("ffi"), {}
  for i, row in ipairs(rows) do
    parts[i] = ffi.string(ffi.new("int32_t[1]", #row), 4) ..
      ffi.string(ffi.new("float[7]", row), 28)
  end
  return table.concat(parts)
end

local function fbin()
  local ffi = require("ffi")
  return ffi.string(ffi.new("uint32_t[2]", #rows, 7), 8) .. fvecs():gsub("(....)(" ..
    ("."):rep(28) .. ")", "%2")
end

local function files(few)
  local lists, objects = json_rows("", ""), json_rows('{"id":"ID","embedding":', "}")
  local all = {
    ["rows.json"] = "[" .. table.concat(lists, ",\n ") .. "]\n",
    ["objects.json"] = '{"model":"x","embeddings":\n[' .. table.concat(objects, ",") ..
      '],"n":[1,{"embedding":2}]}',
    ["object_list.json"] = "[" .. table.concat(objects, ",") .. "]",
    ["rows.jsonl"] = table.concat(lists, "\n") .. "\n",
    ["objects.jsonl"] = table.concat(objects, "\r\n\r\n"),
    ["rows.fvecs"] = fvecs(),
    ["rows.fbin"] = fbin(),
  }
  for _, type in ipairs(few and {"<f4"} or {"<f2", "<f4", "<f8", ">f2", ">f4", ">f8"}) do
    for _, order in ipairs({"C", "F"}) do
      for version = 1, order == "C" and 3 or 1 do
        local name = ("%s%s%s%d.npy"):format(type:sub(2), type:sub(1, 1) == "<" and "le" or "be",
          order, version)
        all[name] = support.npy(rows, type, order, version)
      end
    end
  end
  return all
end

local expected

TestInputs = {}

function TestInputs:setUp()
  expected = expected or support.must({"diversity-sequence", "--start", "4",
    "--embeddings", support.write("expected.npy", support.npy(rows, "<f8"))})
end

function TestInputs:test_same_sequence_from_every_format()
  local sequence = support.reference_sequence(rows, 4, #rows)
  luaunit.assertEquals(expected, "[" .. table.concat(sequence, ",") .. "]\n")
  for name, bytes in pairs(files()) do
    local out = support.must({"diversity-sequence", "--start", "4",
      "--embeddings", support.write(name, bytes)})
    luaunit.assertEquals(out, expected, name)
  end
end

function TestInputs:test_contents_tell_the_format()
  for name, bytes in pairs(files("few")) do
    -- Through a pipe, and from a file whose name does not tell the format.
    local path = support.write("no_ending", bytes)
    local program = support.quote(support.program)
    local status, out, err = support.shell("cat " .. path .. " | " .. program ..
      " diversity-sequence --start 4 --embeddings -")
    luaunit.assertEquals({status, out, err}, {0, expected, ""}, name)
    luaunit.assertEquals(support.must("diversity-sequence --start 4 --embeddings - <" .. path),
      expected, name)
    luaunit.assertEquals(support.must({"diversity-sequence", "--start", "4", "-e", path}),
      expected, name)
    -- With the format named.
    luaunit.assertEquals(support.must({"diversity-sequence", "--start", "4", "-e", path,
      "--input-format", name:match("%w+$")}), expected, name)
  end
end

function TestInputs:test_wide_and_long()
  local wide = support.rows(3, 5000, 2)
  local out = support.must({"diversity-sequence", "--start", "0", "-e",
    support.write("wide.npy", support.npy(wide))})
  luaunit.assertEquals(out,
    "[" .. table.concat(support.reference_sequence(wide, 0, 3), ",") .. "]\n")
  local one = support.write("one.json", "[[3]]")
  luaunit.assertEquals(support.must({"diversity-sequence", "--start", "0", "-e", one}), "[0]\n")
end

-- Name, bytes, words in the message.
local function malformed()
  local good = support.npy(rows)
  local data = good:sub(129)
  local function with_header(text)
    return "\147NUMPY\1\0" .. string.char(#text % 256, math.floor(#text / 256)) .. text .. data
  end
  return {
    {"empty.npy", "", "it is empty"},
    {"magic.npy", "NUMPY" .. good, "at byte 0 the mark of a .npy file"},
    {"short.npy", "\147NUMPY\1", "at byte 7 the rest of a .npy header"},
    {"version.npy", "\147NUMPY\4\0" .. good:sub(9), "at byte 6 a .npy version of 1, 2 or 3"},
    {"header.npy", good:sub(1, 100), "a .npy header of 118 bytes was expected"},
    {"cut.npy", good:sub(1, -2), "60 x 7 numbers of 4 bytes were expected, but 1679 bytes follow"},
    {"long.npy", good .. "x", "but 1681 bytes follow"},
    {"type.npy", with_header("{'descr': '<i4', 'fortran_order': False, 'shape': (60, 7)}"),
      "type '<i4' where '<f2', '<f4', '<f8'"},
    {"struct.npy", with_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (60,)}"),
      "at byte 20 of its .npy header one type of numbers"},
    {"one.npy", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (420,)}"),
      "a shape of 1 dimensions where 2 were expected"},
    {"three.npy", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (60, 7, 1)}"),
      "a shape of 3 dimensions where 2 were expected"},
    {"none.npy", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 7)}"),
      "the shape (0, 7) where 1 to 4294967295"},
    {"huge.npy",
      with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967295, 4294967295)}"),
      "4294967295 x 4294967295 numbers of 4 bytes were expected"},
    {"huger.npy",
      with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616, 1)}"),
      "a number below 2^64 in the shape was expected"},
    {"order.npy", with_header("{'descr': '<f4', 'fortran_order': 0, 'shape': (60, 7)}"),
      "True or False was expected"},
    {"key.npy", with_header("{'descr': '<f4', 'size': 3}"), "'descr', 'fortran_order' or 'shape'"},
    {"missing.npy", with_header("{'descr': '<f4', 'shape': (60, 7)}"), "each of 'descr'"},
    {"brace.npy", with_header("{'descr': '<f4', 'shape': (60, 7)"), "',' or '}' was expected"},
    {"rest.npy", with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (60, 7)} x"),
      "nothing after '}'"},
    {"nothing.json", " \n", "at line 2, column 1 a list of rows was expected"},
    {"number.json", "17", "at line 1, column 1 a list of rows was expected"},
    {"no_rows.json", "[]", "at line 1, column 2 a row: "},
    {"empty_row.json", "[[]]", "at line 1, column 2 at least one number was expected in row 0"},
    {"flat.json", "[1, 2, 3]", "at line 1, column 2 a row: "},
    {"ragged.json", "[[1,2],\n[3]]", "at line 2, column 1 2 numbers were expected in row 1"},
    {"string.json", '[[1,"2"]]', "a number was expected in row 0, column 1"},
    {"null.json", "[[1,null]]", "a number was expected in row 0, column 1"},
    {"nan.json", "[[1,NaN]]", "a number was expected in row 0, column 1, not NaN"},
    {"overflow.json", "[[1e999]]", "was expected in row 0, column 0, not 1e999"},
    {"open.json", "[[1,2],", "but the file ends"},
    {"comma.json", "[[1,2] [3,4]]", "at line 1, column 8 ',' or ']' was expected after row 0"},
    {"more.json", "[[1]] [[2]]", "at line 1, column 7 the end of the file was expected"},
    {"no_key.json", '{"vectors":[[1]]}', 'the key "embeddings" was expected'},
    {"two_keys.json", '{"embeddings":[[1]],"embeddings":[[1]]}', "expected only once"},
    {"bad_key.json", "{embeddings:[[1]]}", "a key in double quotes was expected"},
    {"colon.json", '{"embeddings" [[1]]}', "':' was expected"},
    {"no_list.json", '{"embeddings":{"id":1}}', "a list of rows was expected"},
    {"no_embedding.json", '{"embeddings":[{"id":1}]}', '"embedding" with a list of numbers'},
    {"same_keys.json", '[{"embedding":[1],"embedding":[2]}]', '"embedding" was expected only once'},
    {"bracket.json", '[{"a":[1},"embedding":[1]}]', "at line 1, column 9 ',' or ']' was expected"},
    {"beside.json", '[{"a":,"embedding":[1]}]', "at line 1, column 7 a value was expected, not ,"},
    {"zero.json", "[[1,\0]]", "a number was expected in row 0, column 1, not byte 0x00"},
    {"blank.jsonl", "\n\n", "but there is none"},
    {"ragged.jsonl", "[1,2]\n\n[3]\n", "at line 3, column 1 2 numbers were expected in row 1"},
    {"two.jsonl", "[1,2] [3,4]\n", "at line 1, column 7 the end of the line was expected"},
    {"zero.jsonl", "[1]\n\0", "at line 2, column 1 a row: "},
    {"short.fvecs", "\1\0", "at byte 0 the length of the first row"},
    {"negative.fvecs", "\255\255\255\255\0\0\0\0", "1 to 2147483647, not -1"},
    {"none.fvecs", "\0\0\0\0", "1 to 2147483647, not 0"},
    {"cut.fvecs", "\2\0\0\0\0\0\0\0\0\0\0", "rows of 2 numbers, 12 bytes each"},
    {"ragged.fvecs", "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", "at byte 8 the length of row 1"},
    {"unknown", "\1\2\3\4\5", "at byte 0 the beginning of a .npy, .json, .jsonl, .fvecs"},
    {"zeros", ("\0"):rep(300), "--input-format says which it is"},
    {"nan.npy", support.npy({{1, 2}, {3, 0 / 0}}), "row 1"},
    {"inf.npy", support.npy({{1 / 0, 2}}), "row 0"},
  }
end

function TestInputs:test_malformed_files()
  for _, case in ipairs(malformed()) do
    local name, bytes, sentence = case[1], case[2], case[3]
    local path = support.write(name, bytes)
    local status, out, err = support.run({"diversity-sequence", "--start", "0", "-e", path})
    luaunit.assertEquals({status, out}, {2, ""}, name)
    luaunit.assertStrContains(err, sentence)
    luaunit.assertStrContains(err, path)
    -- One sentence on one line.
    luaunit.assertStrMatches(err, "vulkan%-compute diversity%-sequence: [^\n]+\n")
  end
end

-- Real embeddings from the development data: 300 rows of 1536 float64 numbers.
function TestInputs:test_real_embeddings()
  local ffi = require("ffi")
  local path = assert(os.getenv("VKC_SHARED_DATA"), "VKC_SHARED_DATA must name a folder") ..
    "/movies.npy"
  local bytes = support.read(path)
  if not bytes then
    luaunit.skip(path .. " does not exist")
  end
  local movies, numbers = {}, ffi.new("double[?]", 300 * 1536)
  ffi.copy(numbers, bytes:sub(-300 * 1536 * 8), 300 * 1536 * 8)
  for i = 1, 300 do
    movies[i] = {}
    for j = 1, 1536 do
      movies[i][j] = numbers[(i - 1) * 1536 + j - 1]
    end
  end
  luaunit.assertEquals(support.must({"diversity-sequence", "-e", path, "--start", "123",
    "--length", "60"}),
    "[" .. table.concat(support.reference_sequence(movies, 123, 60), ",") .. "]\n")
end

function TestInputs:test_no_file()
  local cases = {
    {support.path("absent.npy"), "No such file"},
    {support.path("."), "it is a directory"},
    {support.path("absent") .. "/x.npy", "No such file"},
  }
  for _, case in ipairs(cases) do
    local status, out, err = support.run({"diversity-sequence", "--start", "0", "-e", case[1]})
    luaunit.assertEquals({status, out}, {2, ""})
    luaunit.assertStrContains(err, "cannot read " .. case[1] .. ": ")
    luaunit.assertStrContains(err, case[2])
  end
end

support.finish()
