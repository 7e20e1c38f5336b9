-- SPDX-License-Identifier: MIT
-- Runs the tests of a file, and ends with a status that shows skipped tests.

local luaunit = require("luaunit")

-- The value of SKIP_RETURN_CODE in CMakeLists.txt.
local SKIPPED = 77

--- Runs all tests of the file and ends the process: with 1 if any failed (their number could equal
-- the status of a skip), with 77 if all were skipped, else with 0. Prints what was skipped.
-- @param[opt] clean called before the end
return function(clean)
  local runner = luaunit.LuaUnit.new()
  local failed = runner:runSuite()
  local result = runner.result
  for _, test in ipairs(result.skippedTests) do
    print(("skipped: %s: %s"):format(test.testName, test.msg))
  end
  if clean then
    clean()
  end
  if failed > 0 then
    os.exit(1)
  end
  os.exit(result.skippedCount > 0 and result.successCount == 0 and SKIPPED or 0)
end
