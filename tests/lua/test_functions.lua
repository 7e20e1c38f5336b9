-- SPDX-License-Identifier: MIT
-- Every public function of the header appears in all places that list the functions: a new function
-- that is missing there would not be tested, found or usable.

local header = require("header")
local luaunit = require("luaunit")
local support = require("support")

local root = support.here .. "../../"

local function read(path)
  local file = assert(io.open(root .. path))
  local text = file:read("*a")
  file:close()
  return text
end

local function read_all(...)
  local texts = {}
  for i, path in ipairs({ ... }) do
    texts[i] = read(path)
  end
  return table.concat(texts, "\n")
end

local functions = header.parse(header.declarations()).functions

-- The sorted names of functions; only those for which `chosen` holds, if it is given.
local function names(chosen)
  local list = {}
  for name, declaration in pairs(functions) do
    if not chosen or chosen(declaration[1], declaration[2]) then
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return list
end

-- The names in `list` that do not occur in the text between the patterns `before` and `after`.
local function missing(list, text, before, after)
  local absent = {}
  for _, name in ipairs(list) do
    if not text:find(before .. name .. after) then
      absent[#absent + 1] = name
    end
  end
  return absent
end

TestFunctions = {}

function TestFunctions.test_all_were_read()
  local marked = 0
  for _ in read("include/vulkan_compute.h"):gmatch("\nVKC_API ") do
    marked = marked + 1
  end
  luaunit.assertTrue(marked >= 17)
  luaunit.assertEquals(#names(), marked)
end

function TestFunctions.test_the_module_declares_them()
  local _, symbols = header.cdef()
  local symbol_of = {}
  for _, symbol in pairs(symbols) do
    symbol_of[#symbol_of + 1] = "=" .. symbol .. "="
  end
  luaunit.assertEquals(missing(names(), table.concat(symbol_of), "=", "="), {})
end

-- The first column of the table of functions.
function TestFunctions.test_the_readme_has_them_in_its_table()
  local section = read("README.md"):match("\n## Functions\n(.-)\n## ")
  local column = {}
  for cell in section:gmatch("\n| ([^|]*)|") do
    column[#column + 1] = cell
  end
  luaunit.assertEquals(missing(names(), table.concat(column), "`", "`"), {})
end

function TestFunctions.test_the_fuzzers_call_them()
  local text = read_all("tests/fuzz/fuzz_api.c", "tests/fuzz/fuzz_upload.c",
    "tests/fuzz/fuzz_input.h")
  luaunit.assertEquals(missing(names(), text, "%f[%w_]", "%("), {})
end

-- Only functions that can fail.
function TestFunctions.test_they_are_called_wrongly()
  local can_fail = names(function(result)
    return result == "VkcResult"
  end)
  luaunit.assertTrue(#can_fail >= 12)
  local text = read_all("tests/faults/test_misuse.c", "tests/faults/test_misuse_start.c")
  luaunit.assertEquals(missing(can_fail, text, "WRONG%([^;]-%f[%w_]", "%("), {})
end

function TestFunctions.test_they_are_called_without_a_context()
  local on_context = names(function(result, arguments)
    return result == "VkcResult" and arguments:find("^%(c?o?n?s?t? ?VkComputeContext%*ctx")
  end)
  luaunit.assertTrue(#on_context >= 10)
  luaunit.assertEquals(missing(on_context, read("tests/faults/test_misuse_start.c"), "",
    "%(NULL[,)]"), {})
end

function TestFunctions.test_they_survive_faults()
  local can_fail = names(function(result)
    return result == "VkcResult"
  end)
  -- This is vkc_upload() with most of its struct left zero.
  local absent = missing(can_fail, read("tests/faults/script.c"), "%f[%w_]", "%(")
  luaunit.assertEquals(absent, { "vkc_upload_embeddings" })
end

support.finish()
