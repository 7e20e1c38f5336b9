-- SPDX-License-Identifier: MIT

-- The site: every page is well-formed, every link leads to a page, and the numbers on the pages are
-- those of the library.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local root = here .. "/../.."
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. root .. "/examples/?.lua;"
  .. package.path

local lu = require("luaunit")
local ffi = require("ffi")
local html = require("html")
local npy = require("npy")
local scratch = require("scratch")

local SITE = (os.getenv("LUAJIT") or "luajit") .. " " .. scratch.quote(root .. "/examples/site.lua")

local TEXTS = {
  "The cat sleeps on the warm windowsill.\n  It dreams of mice & men.",
  "Two cats sleep on a sunny windowsill, dreaming of mice.",
  "<script>alert(\"5 < 6 && 7 > 6\")</script>\nIt's only text.",
  "Interest rates rise when inflation does.",
  "Der Bär läuft über die Brücke – 'heute' & immer.",
  "Inflation and interest rates fall again.",
  "熊が橋を渡る。",
}

local folder

local function write_texts(list)
  scratch.make(folder .. "/texts")
  for i, text in ipairs(list) do
    scratch.write(("%s/texts/%02d.txt"):format(folder, i), text)
  end
end

local function make_site(options)
  local status, output, message = scratch.run(("%s --output %s %s %s"):format(SITE,
    scratch.quote(folder .. "/site"), options or "", scratch.quote(folder .. "/texts")))
  lu.assertEquals(status, 0, message)
  lu.assertStrContains(output, "/site/index.html")
  return message
end

local function read_page(name)
  local source = scratch.read(folder .. "/site/" .. name)
  lu.assertNotNil(source, name .. " is not there")
  local page = html.read(source)
  lu.assertEquals(page.problems, {}, name)
  return page
end

local function links(page)
  local result = {}
  for _, element in ipairs(page.elements) do
    local target = element.attributes.href or element.attributes.src
    if target and target:sub(1, 1) ~= "#" then
      result[#result + 1] = target
    end
  end
  return result
end

-- The numbers of the texts that a list on a page links to.
local function numbers_after(source, heading)
  local section = source:match('id="' .. heading .. '".-<ol>(.-)</ol>') or ""
  local result = {}
  for item in section:gmatch("<li>(.-)</li>") do
    result[#result + 1] = tonumber(item:match('href="text%-(%d+)%.html"')) or "self"
  end
  return result
end

TestSite = {}

function TestSite.setUp()
  folder = scratch.folder()
end

function TestSite.tearDown()
  scratch.remove(folder)
end

function TestSite.test_every_page_is_right_and_every_link_leads_somewhere()
  write_texts(TEXTS)
  make_site()
  local names = { "index.html" }
  for i = 1, #TEXTS do
    names[i + 1] = ("text-%d.html"):format(i)
  end
  for _, name in ipairs(names) do
    local page = read_page(name)
    lu.assertEquals(#html.all(page, "h1"), 1, name)
    lu.assertEquals(#html.all(page, "main"), 1, name)
    lu.assertEquals(#html.all(page, "script"), 0, name)
    lu.assertEquals(html.all(page, "html")[1].attributes.lang, "en")
    lu.assertTrue(html.all(page, "title")[1].text:find("%S") ~= nil)
    for _, target in ipairs(links(page)) do
      lu.assertNotNil(scratch.read(folder .. "/site/" .. target), name .. " leads to " .. target)
    end
  end
end

function TestSite.test_texts_stay_as_they_are()
  write_texts(TEXTS)
  make_site()
  for i, text in ipairs(TEXTS) do
    local page = read_page(("text-%d.html"):format(i))
    lu.assertEquals(page.ids.text.text, text)
    lu.assertEquals(html.all(page, "title")[1].text:find(text:match("^[^\n]*"), 1, true), 1)
  end
end

function TestSite.test_the_sequence_contains_all_texts()
  write_texts(TEXTS)
  make_site("--start 3")
  local sequence = numbers_after(scratch.read(folder .. "/site/index.html"), "sequence")
  lu.assertEquals(sequence[1], 3)
  local sorted = { unpack(sequence) }
  table.sort(sorted)
  lu.assertEquals(sorted, { 1, 2, 3, 4, 5, 6, 7 })
  for at, number in ipairs(sequence) do
    local source = scratch.read(("%s/site/text-%d.html"):format(folder, number))
    lu.assertEquals(tonumber(source:match('<a rel="prev" href="text%-(%d+)')), sequence[at - 1])
    lu.assertEquals(tonumber(source:match('<a rel="next" href="text%-(%d+)')), sequence[at + 1])
  end
  -- The sequence from text 3 is the main sequence.
  local own = numbers_after(scratch.read(folder .. "/site/text-3.html"), "far")
  lu.assertEquals(own[1], "self")
  lu.assertEquals({ unpack(own, 2) }, { unpack(sequence, 2) })
end

function TestSite.test_nearest_texts()
  write_texts(TEXTS)
  make_site()
  for number, nearest in pairs({ [1] = 2, [2] = 1, [4] = 6, [6] = 4 }) do
    local source = scratch.read(("%s/site/text-%d.html"):format(folder, number))
    local near = numbers_after(source, "near")
    lu.assertEquals(#near, 6)
    lu.assertEquals(near[1], nearest)
  end
end

function TestSite.test_embeddings_of_a_file()
  write_texts({ "one", "two", "three", "four" })
  -- Angles of 0, 10, 90 and 200 degrees.
  local rows = ffi.new("double[?]", 8)
  for i, angle in ipairs({ 0, 10, 90, 200 }) do
    rows[2 * i - 2], rows[2 * i - 1] = math.cos(math.rad(angle)), math.sin(math.rad(angle))
  end
  local file = folder .. "/rows.npy"
  lu.assertTrue(npy.write(file, rows, 4, 2))
  make_site("--language de --title 'A & B' --embeddings " .. scratch.quote(file))
  local source = scratch.read(folder .. "/site/text-1.html")
  lu.assertEquals(numbers_after(source, "near"), { 2, 3, 4 })
  lu.assertEquals(numbers_after(source, "far"), { "self", 4, 3, 2 })
  lu.assertStrContains(source, '<span class="cosine">0.98</span>')
  lu.assertStrContains(source, '<html lang="de">')
  lu.assertStrContains(source, "<title>one (A &amp; B)</title>")
end

-- The folder of the site may also hold other files of its owner, such as embeddings.
function TestSite.test_files_of_the_owner_stay()
  write_texts(TEXTS)
  scratch.make(folder .. "/site")
  local file = folder .. "/site/embeddings.npy"
  local rows = ffi.new("float[?]", #TEXTS * 2)
  for i = 0, #TEXTS * 2 - 1 do
    rows[i] = i + 1
  end
  lu.assertTrue(npy.write(file, rows, #TEXTS, 2))
  local before = scratch.read(file)
  make_site("--embeddings " .. scratch.quote(file))
  lu.assertTrue(scratch.read(file) == before, "the embeddings were written to")
  make_site()
  lu.assertTrue(scratch.read(file) == before, "the embeddings were written to")
end

function TestSite.test_rows_and_texts_must_agree()
  write_texts({ "one", "two", "three" })
  local file = folder .. "/rows.npy"
  lu.assertTrue(npy.write(file, ffi.new("float[?]", 4, 1), 2, 2))
  local status, _, message = scratch.run(("%s --output %s --embeddings %s %s"):format(SITE,
    scratch.quote(folder .. "/site"), scratch.quote(file), scratch.quote(folder .. "/texts")))
  lu.assertEquals(status, 2)
  lu.assertStrContains(message, "has 2 rows, but there are 3 texts")
end

function TestSite.test_one_text()
  write_texts({ "alone" })
  make_site()
  lu.assertEquals(links(read_page("text-1.html")), { "index.html" })
  read_page("index.html")
end

function TestSite.test_pages_of_a_larger_site_go()
  write_texts(TEXTS)
  make_site()
  scratch.remove(folder .. "/texts")
  write_texts({ "one", "two" })
  scratch.write(folder .. "/site/mine.html", "stays")
  make_site()
  lu.assertNotNil(scratch.read(folder .. "/site/text-2.html"))
  lu.assertNil(scratch.read(folder .. "/site/text-3.html"))
  lu.assertNil(scratch.read(folder .. "/site/text-7.html"))
  lu.assertEquals(scratch.read(folder .. "/site/mine.html"), "stays")
end

function TestSite.test_wrong_use()
  local cases = {
    { "", 1, "--output DIR is missing" },
    { "--output x", 1, "one file or folder of texts" },
    { "--output x a b", 1, "one file or folder of texts" },
    { "--output", 1, "--output needs a value" },
    { "--start 0 --output x a", 1, "--start takes a whole number from 1, not '0'" },
    { "--outptu x", 1, "there is no option --outptu" },
    { "--output x /none", 2, "/none" },
  }
  for _, case in ipairs(cases) do
    local status, output, message = scratch.run(SITE .. " " .. case[1])
    lu.assertEquals(status, case[2], case[1])
    lu.assertEquals(output, "")
    lu.assertStrContains(message, case[3])
  end
  write_texts({ "one" })
  for _, case in ipairs({ { "--start 2 --output x", 1, "--start 2 is beyond the 1 texts" },
    { "--output /dev/null/x", 2, "cannot create the folder /dev/null/x" } }) do
    local status, _, message = scratch.run(("%s %s %s"):format(SITE, case[1],
      scratch.quote(folder .. "/texts")))
    lu.assertEquals(status, case[2])
    lu.assertStrContains(message, case[3])
  end
end

function TestSite.test_heatmap_or_the_reason_why_there_is_none()
  write_texts(TEXTS)
  local message = make_site()
  local source = scratch.read(folder .. "/site/index.html")
  local picture = scratch.read(folder .. "/site/similarity.png")
  if picture then
    lu.assertEquals(message, "")
    lu.assertEquals(picture:sub(1, 4), "\137PNG")
    lu.assertStrMatches(source:match("<img[^>]*>"),
      '<img src="similarity.png" width="%d+" height="%d+" alt="[^"]+">')
  else
    lu.assertStrContains(message, "the pages have no heatmap: ")
    lu.assertNil(source:find("<img", 1, true))
  end
  lu.assertNil(scratch.read(folder .. "/site/embeddings.npy"))
end

require("finish")()
