-- SPDX-License-Identifier: MIT
--
-- The manual page is well-formed and documents every option that --help lists.

local luaunit = require("luaunit")
local support = require("support")

local manual = assert(os.getenv("VKC_MANUAL"), "VKC_MANUAL must name vulkan-compute.1")

local function options_of(text)
  local options = {}
  for name in text:gmatch("%-%-(%l[%l-]+)") do
    options[name] = true
  end
  return options
end

TestManual = {}

function TestManual:test_same_options_as_help()
  local page = assert(support.read(manual))
  local documented = {}
  for name in page:gmatch("Fl [q%a ,]*%-(%l[%l-]+)") do
    documented[name] = true
  end
  local general = support.must("--help")
  local known = options_of(general)
  for command in general:gmatch("\n  (%l[%l-]+) +%l") do
    luaunit.assertStrContains(page, "\n.It Cm " .. command .. "\n")
    for name in pairs(options_of((support.must(command .. " --help")))) do
      known[name] = true
    end
  end
  for name in pairs(known) do
    luaunit.assertTrue(documented[name], "--" .. name .. " is not in the manual")
  end
  for name in pairs(documented) do
    luaunit.assertTrue(known[name], "--" .. name .. " is in the manual but unknown to the program")
  end
end

function TestManual:test_well_formed()
  local tool
  if support.shell("command -v mandoc") == 0 then
    tool = "mandoc -Tlint -Wwarning " .. support.quote(manual)
  elseif support.shell("command -v groff") == 0 then
    tool = "groff -ww -mandoc -Tascii " .. support.quote(manual) .. " 2>&1 >/dev/null"
  else
    luaunit.skip("neither mandoc nor groff is installed")
  end
  local _, out, err = support.shell(tool)
  luaunit.assertEquals(out .. err, "")
end

support.finish()
