-- SPDX-License-Identifier: MIT
-- A test file ends so that skips are visible and failures remain failures.

local luaunit = require("luaunit")
local support = require("support")

-- Runs a file of `failed`, `passed` and `skipped` tests; returns its exit status and its output.
local function outcome(failed, passed, skipped)
  return support.run_status("", ([[
    local luaunit = require("luaunit")
    TestFile = {}
    for i = 1, %d do
      TestFile["test_failed_" .. i] = function() luaunit.fail("wrong") end
    end
    for i = 1, %d do
      TestFile["test_passed_" .. i] = function() end
    end
    for i = 1, %d do
      TestFile["test_skipped_" .. i] = function() luaunit.skip("it is Monday") end
    end
    require("finish")(function() print("cleaned") end)]]):format(failed, passed, skipped))
end

TestFinish = {}

function TestFinish.test_status()
  for _, case in ipairs({
    { 0, 2, 0, 0 }, { 0, 1, 2, 0 }, { 0, 0, 2, 77 }, { 1, 0, 1, 1 }, { 1, 1, 0, 1 },
    { 77, 0, 0, 1 }, { 256, 0, 0, 1 },
  }) do
    local output, status = outcome(unpack(case, 1, 3))
    luaunit.assertEquals(status, case[4], output)
    luaunit.assertStrContains(output, "cleaned")
    local said = select(2, output:gsub("\nskipped: TestFile%.test_skipped_%d: it is Monday", ""))
    luaunit.assertEquals(said, case[3])
  end
end

support.finish()
