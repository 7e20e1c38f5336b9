-- SPDX-License-Identifier: MIT

-- The reader of texts: files split at lines of %, folders of .txt files.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/../../examples/?.lua;" .. here .. "/?.lua;" .. here .. "/../lua/?.lua;"
  .. package.path

local lu = require("luaunit")
local texts = require("texts")
local scratch = require("scratch")

local folder

local function read(content)
  local path = folder .. "/file"
  scratch.write(path, content)
  local list, message = texts.read_file(path)
  if not list then
    return nil, message
  end
  local result = {}
  for i, item in ipairs(list) do
    lu.assertEquals(item.source, path)
    result[i] = item.text
  end
  return result
end

TestTexts = {}

function TestTexts.setUp()
  folder = scratch.folder()
end

function TestTexts.tearDown()
  scratch.remove(folder)
end

function TestTexts.test_split_at_percent_lines()
  lu.assertEquals(read("one\ntwo\n%\nthree\n%\n"), { "one\ntwo", "three" })
  lu.assertEquals(read("%\n%\none\n% \n\n%\n\ntwo"), { "one", "two" })
  lu.assertEquals(read("one\r\n%\r\ntwo\r\n"), { "one", "two" })
  lu.assertEquals(read("100 %\n%%\n% x\n%"), { "100 %\n%%\n% x" })
  lu.assertEquals(read("no separator"), { "no separator" })
end

function TestTexts.test_indentation_stays()
  lu.assertEquals(read("\n\n  one\n\ttwo  \n\n%\n"), { "  one\n\ttwo" })
end

function TestTexts.test_latin_1_becomes_utf_8()
  lu.assertEquals(read("caf\233\n%\ncafé\n"), { "café", "café" })
end

function TestTexts.test_overstrikes()
  lu.assertEquals(read("Honor'\bE, _\bI _\b_\bi ___\b\b\bnot, x\bx"), { "HonorÉ, I i not, x" })
end

function TestTexts.test_control_characters_go()
  lu.assertEquals(read("a\0b\27[0mc\127d\194\133e\239\187\191"), { "ab[0mcde\239\187\191" })
  lu.assertEquals(read("\239\187\191with a mark of byte order"), { "with a mark of byte order" })
end

function TestTexts.test_titles()
  lu.assertEquals(texts.title("***\n  A   title\there \nmore", 40), "A title here")
  lu.assertEquals(texts.title("ÄÖÜäöü and so on", 7), "ÄÖÜäöü…")
  lu.assertEquals(texts.title("ÄÖÜäöü!", 7), "ÄÖÜäöü!")
  lu.assertEquals(texts.title("詩\n1999", 40), "詩")
  lu.assertEquals(texts.title("***", 40), "***")
  lu.assertEquals(texts.title("", 40), "")
end

function TestTexts.test_folder()
  local inner = folder .. "/it's a $HOME; \"folder\""
  scratch.make(inner)
  scratch.write(inner .. "/b.txt", "second\n%\nhalf")
  scratch.write(inner .. "/a.txt", "first")
  scratch.write(inner .. "/empty.txt", "\n")
  scratch.write(inner .. "/c.md", "linked")
  scratch.make(inner .. "/folder.txt")
  scratch.run(("cd %s && ln -s c.md linked.txt"):format(scratch.quote(inner)))
  lu.assertEquals(texts.read_folder(inner), {
    { text = "first", source = inner .. "/a.txt" },
    { text = "second\n%\nhalf", source = inner .. "/b.txt" },
    { text = "linked", source = inner .. "/linked.txt" },
  })
end

function TestTexts.test_a_pipe_is_read_whole()
  local pipe = folder .. "/pipe"
  scratch.run("mkfifo " .. scratch.quote(pipe))
  os.execute(("{ seq 20000; echo %%; echo end; } >%s &"):format(scratch.quote(pipe)))
  local list = texts.read_path(pipe)
  lu.assertEquals(list[1].text:match("^%d+"), "1")
  lu.assertEquals(list[2].text, "end")
end

function TestTexts.test_fortunes()
  scratch.write(folder .. "/b", "three\n%\n")
  scratch.write(folder .. "/a", "one\n%\ntwo\n%\n")
  scratch.write(folder .. "/a.dat", "offsets")
  lu.assertEquals(texts.read_fortunes(folder), {
    { text = "one", source = folder .. "/a" },
    { text = "two", source = folder .. "/a" },
    { text = "three", source = folder .. "/b" },
  })
end

function TestTexts.test_what_cannot_be_read_is_said()
  local function says(expected, result, message)
    lu.assertNil(result)
    lu.assertStrContains(message, expected)
  end
  says("No such file", texts.read_file(folder .. "/none"))
  says("is a folder", texts.read_file(folder))
  says("is not a readable folder", texts.read_folder(folder .. "/none"))
  says("contains no .txt file", texts.read_folder(folder))
  says("is not a readable folder", texts.read_fortunes(folder .. "/none"))
  says("contains no texts", texts.read_fortunes(folder))
  says("contains no text", read("%\n%\n \n"))
end

require("finish")()
