-- SPDX-License-Identifier: MIT
--
-- Files that other programs write: the rows are read whatever stands beside the embeddings, and
-- whatever the name and the first bytes of the file. A format that is not supported is named in the
-- message.

local ffi = require("ffi")
local luaunit = require("luaunit")
local support = require("support")

local BOM = "\239\187\191"
-- Files with the rows (1, 2) and (2, 1).
local EXPECTED = '{"row":0,"neighbors":[1],"similarities":[0.800000012]}\n'

local function assert_read(name, bytes, message)
  local path = support.write(name, bytes)
  luaunit.assertEquals((support.must({"neighbors", "-e", path, "-k", "1", "--row", "0"})), EXPECTED,
    message or name)
end

local function assert_refused(name, bytes, sentence)
  local path = support.write(name, bytes)
  local status, out, err = support.run({"neighbors", "-e", path, "-k", "1", "--row", "0"})
  luaunit.assertEquals({status, out}, {2, ""}, name)
  luaunit.assertStrContains(err, "cannot read " .. path .. ": ")
  luaunit.assertStrContains(err, sentence)
  luaunit.assertStrMatches(err, "[^\n]+\n")
end

local function floats(...)
  return ffi.string(ffi.new("float[?]", select("#", ...), ...), 4 * select("#", ...))
end

local function words(...)
  return ffi.string(ffi.new("uint32_t[?]", select("#", ...), ...), 4 * select("#", ...))
end

local function utf16(text, order)
  return (text:gsub(".", order == "LE" and "%0\0" or "\0%0"))
end

TestExports = {}

function TestExports:test_byte_order_mark()
  assert_read("bom.json", BOM .. "[[1,2],[2,1]]")
  assert_read("bom_objects.json", BOM .. '{"embeddings":[[1,2],[2,1]]}')
  assert_read("bom.jsonl", BOM .. "[1,2]\r\n[2,1]\r\n")
  assert_read("bom", BOM .. " [[1,2],[2,1]]")
  assert_read("bom_lines", BOM .. "[1,2]\n[2,1]\n")
  -- The mark does not count in the positions that a message gives.
  assert_refused("bom_wrong.json", BOM .. "[[1,x]]", "at line 1, column 5 a number")
  assert_refused("bom_alone.json", BOM, "a list of rows was expected, but there is none")
  assert_refused("bom_alone", BOM .. "\n", "it is nothing but white space")
  local rows = support.write("rows.json", "[[1,2],[2,1]]")
  for _, ids in ipairs({BOM .. "x\ny\n", BOM .. '["x","y"]', BOM .. "x\r\ny\r\n\r\n\n"}) do
    luaunit.assertEquals((support.must({"neighbors", "-e", rows, "-k", "1", "--row", "x", "--ids",
      support.write("ids", ids)})),
      '{"row":"x","neighbors":["y"],"similarities":[0.800000012]}\n')
  end
end

-- An editor may have added the mark.
function TestExports:test_byte_order_mark_in_a_description()
  local old, new = support.path("old.npy"), support.path("new.npy")
  support.must({"diversity-all", "-e", support.write("two.json", "[[1,2],[2,1]]"), "-o", old})
  support.write("old.npy.json", BOM .. support.read(old .. ".json"))
  support.must({"diversity-all", "-e", support.write("three.json", "[[1,2],[2,1],[0,1]]"),
    "-o", new, "--extend", old})
  luaunit.assertTrue(support.exists(new))
end

-- The result is the same under any name, and through a pipe.
function TestExports:test_contents_tell_json_lines()
  local texts = {
    '{"embedding_model":"m","embedding":[1,2]}\n{"embedding_model":"m","embedding":[2,1]}\n',
    '{"embeddings_of":1,"embedding":[1,2]}\r\n\r\n{"embedding":[2,1]}\r\n\r\n\r\n',
    '{"embeddings":[[9]],"embedding":[1,2]}\n{"data":[{"embedding":[9]}],"embedding":[2,1]}',
    '{"text":"\\"embeddings\\":[","embedding":[1,2]}\n{"embedding":[2,1]}',
    '{"\\u0065mbedding":[1,2]}\n{"embedding":[2,1]}\n',
    "[1,2]\n[2,1]\n",
    -- The format that jq writes without -c.
    '{\n  "a": 1,\n  "embedding": [\n    1,\n    2\n  ]\n}\n{\n  "embedding": [2, 1]\n}\n',
    -- One list of rows, whatever the name of the file.
    '[{"embedding":[1,2]},\n{"embedding":[2,1]}]\n',
    "[\r\n[1,2],\r\n[2,1]\r\n]\r\n",
  }
  for i, text in ipairs(texts) do
    for _, ending in ipairs({".json", ".jsonl", ".ndjson", ""}) do
      assert_read("lines" .. ending, text, i .. ending)
    end
    luaunit.assertEquals((support.must("neighbors -k 1 --row 0 -e - <" .. support.path("lines"))),
      EXPECTED)
  end
end

function TestExports:test_what_stands_beside()
  local deep = ("["):rep(100000) .. ("]"):rep(100000)
  local values = {
    '"page one\\u0000page two"', '"half of a pair: \\ud83d"', '"\\q \\\\"', "18446744073709551615",
    "-123456789012345678901234567890", "1e999", "NaN", "-Infinity", "[NaN,[Infinity]]", "undefined",
    '"Latin-1: caf\233"', '"a\ttab, a \1"', deep, '{"a":' .. deep .. "}", '{"x":1,"x":[{},[]]}',
    '"\\u003cb\\u003e"', '"]}\\"{["',
  }
  for i, value in ipairs(values) do
    assert_read("beside.jsonl", '{"x":' .. value .. ',"embedding":[1,2]}\n' ..
      '{"embedding":[2,1],"y":' .. value .. "}\n", "value " .. i)
    assert_read("beside.json", '{"x":' .. value .. ',"embeddings":[[1,2],{"x":' .. value ..
      ',"embedding":[2,1]}],"y":' .. value .. "}", "value " .. i)
  end
  -- A line break within a string does not end a row.
  assert_read("break.json", '[{"x":"a\nb","embedding":[1,2]},{"embedding":[2,1]}]')
  assert_refused("break.jsonl", '{"embedding":[1,2],"x":"a\n{"embedding":[2,1]}\n',
    "at line 1, column 26 the closing quote of a text was expected, not the end of the line")
end

-- Members beside the embedding are ignored unless they are requested.
function TestExports:test_ids_that_cannot_be_used()
  local cases = {
    {'{"id":18446744073709551615,"embedding":[1,2]}\n{"id":2,"embedding":[2,1]}\n',
      'at line 1, column 7 a string or an integer of 63 bits was expected as "id" of row 0: too'},
    {'{"id":"a","embedding":[1,2]}\n{"id":"a\\u0000b","embedding":[2,1]}\n',
      'at line 2, column 7 a string or an integer of 63 bits was expected as "id" of row 1'},
    {'{"id":1.5,"embedding":[1,2]}\n{"id":2.5,"embedding":[2,1]}\n', '"id" of row 0'},
    {'{"id":null,"embedding":[1,2]}\n{"id":"b","embedding":[2,1]}\n', '"id" of row 0'},
    {'{"id":{"$oid":"\\u0000"},"embedding":[1,2]}\n{"embedding":[2,1]}\n', '"id" of row 0'},
    {'{"embedding":[1,2]}\n{"id":"b","embedding":[2,1]}\n', 'no "id" was expected in row 1'},
    {'{"id":"a","embedding":[1,2]}\n[2,1]\n', 'at line 2, column 1 an "id" was expected in row 1'},
    {'{"id":"\255","embedding":[1,2]}\n{"id":"b","embedding":[2,1]}\n', "unable to decode byte"},
  }
  for i, case in ipairs(cases) do
    assert_read("ids.jsonl", case[1], "case " .. i)
    local status, out, err = support.run({"neighbors", "-e", support.path("ids.jsonl"), "-k", "1",
      "--use-ids"})
    luaunit.assertEquals({status, out}, {2, ""}, "case " .. i)
    luaunit.assertStrContains(err, "has no ids for --use-ids: ")
    luaunit.assertStrContains(err, case[2])
  end
  local twice = support.write("twice.jsonl",
    '{"id":"x","id":"a","embedding":[1,2]}\n{"id":"b","embedding":[2,1]}\n')
  luaunit.assertEquals((support.must({"diversity-sequence", "-e", twice, "--start", "a",
    "--use-ids"})), '["a","b"]\n')
end

function TestExports:test_what_services_answer()
  local answers = {
    openai = '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,2]},' ..
      '{"object":"embedding","index":1,"embedding":[2,1]}],"model":"m","usage":{"total_tokens":5}}',
    openai_lines = '{"object":"list","data":[{"embedding":[1,2]}]}\n' ..
      '{"object":"list","data":[{"embedding":[2,1]}]}\n',
    cohere = '{"id":"x","texts":["a","b"],"embeddings":[[1,2],[2,1]],"meta":{"billed_units":{}}}',
    cohere_types = '{"embeddings":{"int8":[[1,1],[1,1]],"float":[[1,2],[2,1]]},"texts":["a","b"]}',
    ollama = '{"model":"m","embeddings":[[1,2],[2,1]],"total_duration":14143917}',
    ollama_lines = '{"embedding":[1,2]}\n{"embedding":[2,1]}\n',
    gemini = '{"embeddings":[{"values":[1,2]},{"values":[2,1]}]}',
    gemini_lines = '{"embedding":{"values":[1,2]}}\n{"embedding":{"values":[2,1]}}\n',
    chroma = '{"ids":["a","b"],"embeddings":[[1,2],[2,1]],"documents":["x",null]}',
    pandas = '{"schema":{"fields":[]},"data":[{"index":0,"embedding":[1,2]},' ..
      '{"index":1,"embedding":[2,1]}]}',
    named_by_model = '{"embedding":"model","embeddings":[[1,2],[2,1]]}',
  }
  for name, answer in pairs(answers) do
    assert_read(name .. ".json", answer)
    assert_read(name, answer)
  end
  luaunit.assertEquals((support.must({"diversity-sequence", "--start", "0", "-e",
    support.write("one.json", '{"embedding":[1,2],"prompt":"one"}\n')})), "[0]\n")
end

function TestExports:test_answers_that_are_not_read()
  local cases = {
    {'{"data":[{"embedding":"AACAPwAAAEA="}]}', 'in row 0, not with a string; parse a list'},
    {'{"embeddings":{"int8":[[1,2]]}}', 'or an object with one under "float"'},
    {'[{"embedding":{"0":1,"1":2}}]', "JavaScript's Array.from()"},
    {'{"embedding":{"0":[1,2],"1":[2,1]}}', "to_json(orient='records')"},
    {'{"columns":["id","x"],"index":[0],"data":[[17,0.5]]}', 'its keys are "columns", "index"'},
    {'{"result":{"points":[{"vector":[1,2]}]}}', 'its keys are "result"'},
    {'{"id":1,"vector":[1,2]}\n{"id":2,"vector":[2,1]}\n', 'its keys are "id", "vector"'},
    {'[{"id":1,"vector":[1,2]}]', 'in row 0; its keys are "id", "vector"'},
    {'{"embedding":{"dense":[1,2]}}', "in row 0, not with an object\n"},
    {"{}", "it has no keys"},
    {'[{"index":0,"embedding":[[1,2]]}]', "in row 0, column 0, not a list"},
    {'{"embedding":[1,2]}\n{"embedding":null}\n', "in row 1, not with null"},
    {'{"' .. ("ä"):rep(50) .. '":1}', 'its keys are "' .. ("ä"):rep(19) .. "\n"},
  }
  for i, case in ipairs(cases) do
    assert_refused(("answer%d.json"):format(i), case[1], case[2])
  end
end

function TestExports:test_numbers_of_all_spellings()
  assert_read("spelled.json", "[[1.0,20e-1],[2E+0,0.1e1]]")
  assert_read("long.json", "[[123456789012345680000,246913578024691360000],[2,1]]")
  assert_read("small.json", "[[1e-310,2e-310],[2,1]]")
  assert_read("zeros.json", "[[1,2,-0,-0.0,0e7],[2,1,1e-999,0,0]]")
  local wrong = {"+1", "01", ".5", "1.", "1e", "0x10", "1_000", "NaN", "-Infinity", "null", "true",
    "-", "--1", "1a", "\1"}
  for _, word in ipairs(wrong) do
    assert_refused("wrong.json", "[[1,2],\n[2," .. word .. "]]",
      "at line 2, column 4 a number was expected in row 1, column 1, not " ..
      (word == "\1" and "byte 0x01" or word))
  end
  assert_refused("large.json", "[[1,-1e400]]",
    "a number below 1.8e308, as float64 has them, was expected in row 0, column 1, not -1e400")
  assert_refused("comma.json", "[[1,2,],[2,1]]", "in row 0, column 2, not ]")
  assert_refused("comma.jsonl", "[1,2],\n[2,1],\n", "the end of the line was expected after row 0, "
    .. "not ,")
  assert_refused("commas.json", "[[1,2],[2,1],]", "a row: [1.5, …] or {")
  assert_refused("cut.jsonl", '{"embedding":[1,2]}\n{"embedding":[2,', "but the file ends")
end

function TestExports:test_spellings_of_npy_types()
  local rows = {{1, 2}, {2, 1}}
  for _, type in ipairs({"f2", "f4", "f8"}) do
    local bytes = support.npy(rows, "<" .. type)
    local long = ({f2 = "float16", f4 = "float32", f8 = "float64"})[type]
    for _, name in ipairs({"=" .. type, type, "|" .. type, long}) do
      local text = "'" .. name .. "'"
      local spaces = (" "):rep(#"'<f4'" - #text)
      local header = bytes:sub(1, 128):gsub("'<f%d'", text .. spaces)
      -- With fewer spaces at the end if the name is longer.
      header = header:gsub((" "):rep(math.max(#header - 128, 0)) .. "\n$", "\n")
      assert_read("spelled.npy", header .. bytes:sub(129), name)
    end
  end
end

function TestExports:test_npy_types_that_are_not_read()
  local bytes = support.npy({{1, 2}, {2, 1}}, "<f2")
  local cases = {
    ["'<V2'"] = "if it is bfloat16, in NumPy np.save('out.npy', (np.load('FILE').view('<u2')" ..
      ".astype('<u4') << 16).view('<f4')) converts it to float32",
    ["'|V2'"] = "if it is bfloat16, in NumPy",
    ["'|V1'"] = "with the library that made the array",
    ["'|O' "] = "np.stack(np.load('FILE', allow_pickle=True))",
    ["'|b1'"] = "in NumPy, .astype('<f4') converts",
    ["'<i8'"] = "in NumPy, .astype('<f4') converts",
    ["'<U4'"] = "it is text",
    ["'<c8'"] = "its numbers are complex",
  }
  for type, sentence in pairs(cases) do
    assert_refused("type.npy", (bytes:gsub("'<f2'", type)), sentence)
  end
  assert_refused("one.npy", (bytes:gsub("%(2, 2%)", "(4,)  ")), ".reshape(1, -1)")
  assert_refused("three.npy", (bytes:gsub("%(2, 2%), ", "(2,1,2),")), ".reshape(len(x), -1)")
end

function TestExports:test_files_of_other_kinds()
  local function zip(name)
    return "PK\3\4" .. ("\0"):rep(22) .. string.char(#name) .. "\0\0\0" .. name .. "rest"
  end
  local cases = {
    {"x.npz", zip("arr_0.npy"), "it is a .npz archive of NumPy"},
    {"x.npy", zip("arr_0.npy"), "it is a .npz archive of NumPy"},
    {"x.pt", zip("archive/data.pkl"), "it is a file of torch.save()"},
    {"x.xlsx", zip("[Content_Types].xml"), "it is a zip archive"},
    {"x.zip", "PK\5\6" .. ("\0"):rep(18), "it is a zip archive"},
    {"cut.zip", "PK\3\4", "it is a zip archive"},
    {"x.safetensors", words(14, 0) .. '{"e":{"a":1}} ' .. floats(1, 2), "it is a .safetensors"},
    {"x.json.gz", "\31\139\8\0\0\0\0\0", "'gzip -dc FILE | vulkan-compute … --embeddings -'"},
    {"x.json", "\31\139\8\0\0\0\0\0", "it is compressed by gzip"},
    {"x.xz", "\253" .. "7zXZ\0", "it is compressed by xz"},
    {"x.zst", "\40\181\47\253\0", "it is compressed by zstd"},
    {"x.bz2", "BZh91AY", "it is compressed by bzip2"},
    {"x.parquet", "PAR1\21\4", "it is a Parquet file"},
    {"x.h5", "\137HDF\r\n\26\n", "it is an HDF5 file"},
    {"x.pkl", "\128\4\149\5\0\0\0\0\0\0\0]\148.", "it is a pickle of Python"},
    {"x.db", "SQLite format 3\0", "it is an SQLite database"},
    {"lfs.npy", "version https://git-lfs.github.com/spec/v1\n", "'git lfs pull' fetches it"},
    {"page.json", "<!DOCTYPE html>\n", "it is HTML or XML"},
    {"x.csv", "0.5,0.25\n1,2\n", "it is text, but not JSON"},
    {"spaces", " \r\n\t", "it is nothing but white space"},
    {"utf16.json", "\255\254" .. utf16("[[1,2]]", "LE"), "it is text in UTF-16 where UTF-8"},
    {"utf16", "\254\255" .. utf16("[[1,2]]", "BE"), "it is text in UTF-16 where UTF-8"},
    {"le.json", utf16("[[1,2]]", "LE"), "'iconv -f UTF-16LE -t UTF-8 FILE' converts it"},
    {"be.jsonl", utf16('{"embedding":[1]}', "BE"), "it is text in UTF-16BE where UTF-8"},
    {"utf32", "\255\254\0\0[\0\0\0", "it is text in UTF-32 where UTF-8"},
    {"npy.json", support.npy({{1, 2}}), "--input-format npy reads it"},
    {"x.ivecs", words(2, 7, 9), "it is a .ivecs file, integers"},
    {"x.BVECS", words(4, 7), "it is a .bvecs file, bytes"},
    {"x.ibin", words(1, 1, 7), "it is a .ibin file, integers"},
    {"x.u8bin", words(1, 4, 7), "it is a .u8bin file, bytes"},
    {"x.i8bin", words(1, 4, 7), "it is a .i8bin file, bytes"},
    {"integers", words(2, 7, 8000000, 2, 0, 3), "all its numbers are integers, as in .ivecs"},
  }
  for _, case in ipairs(cases) do
    assert_refused(case[1], case[2], case[3])
  end
  local rows = support.write("rows.json", "[[1,2],[2,1]]")
  local status, _, err = support.run({"neighbors", "-e", rows, "-k", "1", "--ids",
    support.write("ids", "\255\254" .. utf16("x\ny\n", "LE"))})
  luaunit.assertEquals(status, 2)
  luaunit.assertStrContains(err, "it is text in UTF-16 where UTF-8 was expected")
end

-- A file without a signature is read as the format that its size fits, and as nothing else.
function TestExports:test_files_without_a_mark()
  local fbin = words(2, 2) .. floats(1, 2, 2, 1)
  assert_read("x.fbin", fbin)
  assert_read("fbin", fbin)
  local fvecs = words(2) .. floats(1, 2) .. words(2) .. floats(2, 1)
  assert_read("fvecs", fvecs)
  -- The length of a row may look like a bracket.
  for _, columns in ipairs({91, 123}) do
    local zeros = ("\0"):rep(4 * (columns - 2))
    assert_read("fvecs", words(columns) .. floats(1, 2) .. zeros .. words(columns) ..
      floats(2, 1) .. zeros)
  end
  -- Following the advice in the message works.
  luaunit.assertEquals((support.must({"diversity-sequence", "--start", "0", "--input-format",
    "fvecs", "-e", support.write("integers", words(2, 7, 8, 2, 0, 3))})), "[0,1]\n")
  assert_refused("cut.fbin", fbin:sub(1, -2),
    "at byte 8 2 x 2 numbers of 4 bytes were expected, but 15 bytes follow")
  assert_refused("none.fbin", words(0, 2), "at least 1 each, not 0 and 2")
  assert_refused("short.fbin", "\1\0\0\0", "at byte 0 the numbers of rows and columns")
  assert_refused("huge.fbin", words(4294967295, 4294967295, 0), "but 4 bytes follow")
  local unknown = "the beginning of a .npy, .json, .jsonl, .fvecs or .fbin file was expected"
  assert_refused("cut_fbin", fbin:sub(1, -2), unknown)
  assert_refused("cut_fvecs", fvecs:sub(1, -5), unknown)
  assert_refused("ragged_fvecs", words(1) .. floats(1) .. words(2) .. floats(1), unknown)
end

support.finish()
