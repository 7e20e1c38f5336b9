-- SPDX-License-Identifier: MIT

-- The C example, built with the tests: what it prints, and how it fails. PIECES names the program.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. package.path

local lu = require("luaunit")
local scratch = require("scratch")

local PIECES = scratch.quote(os.getenv("PIECES"))

TestC = {}

function TestC.test_a_whole_job()
  local status, output, message = scratch.run(PIECES .. " 300")
  lu.assertEquals(status, 0, message)
  -- Five topics with a fifth of the items each: the nearest items are of the same topic, and the
  -- sequence visits all topics first.
  local seen = 0
  for item, near in output:gmatch("\nnear item (%d+):([^\n]*)") do
    seen = seen + 1
    for other, similarity in near:gmatch(" (%d+) %(([%d.]+)%)") do
      lu.assertEquals(other % 5, item % 5)
      lu.assertTrue(tonumber(similarity) > 0.5)
    end
  end
  lu.assertEquals(seen, 3)
  local topics, length = {}, 0
  for item in output:match("\nsequence from item 0:([^\n]*)"):gmatch("%d+") do
    length = length + 1
    if length <= 3 then
      lu.assertNil(topics[item % 5])
      topics[item % 5] = true
    end
  end
  lu.assertEquals(length, 10)
  local mean = tonumber(output:match("^mean similarity: (%S+)"))
  lu.assertTrue(mean > -0.2 and mean < 0.5)
  lu.assertStrContains(message, "rows: 300 of 300\n")
  lu.assertStrContains(message, "sequences: 300 of 300\n")
end

function TestC.test_few_items()
  for _, n in ipairs({ 2, 3, 64, 128, 129 }) do
    local status, output, message = scratch.run(PIECES .. " " .. n)
    lu.assertEquals(status, 0, message)
    lu.assertStrContains(output, "sequence from item 0: 0 ")
  end
end

function TestC.test_failures_are_sentences()
  local status, output, message = scratch.run("VKC_DEVICE='no such device' " .. PIECES)
  lu.assertEquals({ status, output }, { 2, "" })
  lu.assertStrContains(message, "pieces: No device has 'no such device'")
  status, output, message = scratch.run("VKC_MEMORY_LIMIT=1M " .. PIECES .. " 100000")
  lu.assertEquals({ status, output }, { 2, "" })
  lu.assertStrContains(message, "memory")
  for _, wrong in ipairs({ "1", "x", "-1", "7x", "2 3", "2000000" }) do
    status, output, message = scratch.run(PIECES .. " " .. wrong)
    lu.assertEquals({ status, output }, { 1, "" }, wrong)
    lu.assertStrContains(message, "usage: ")
  end
end

require("finish")()
