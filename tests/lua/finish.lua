-- SPDX-License-Identifier: MIT
-- Runs the tests of a file, and ends so that whoever started it sees what was skipped.

local luaunit = require("luaunit")

-- As the tests in CMake say (SKIP_RETURN_CODE).
local SKIPPED = 77

--- Runs all tests of the file and ends the process: with 1 when one failed (their number might be
-- that of a skip), with 77 when all were skipped, else with 0. Says what was skipped.
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
