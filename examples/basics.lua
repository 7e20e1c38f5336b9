-- SPDX-License-Identifier: MIT

-- Shows the functions of the Lua module with eight small embeddings: luajit examples/basics.lua

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/../lua/?.lua;" .. package.path

local vk = require("vk_compute")

local names = { "apple", "pear", "plum", "hammer", "saw", "rain", "snow", "wind" }
local embeddings = {
  { 9, 1, 0 }, { 8, 2, 1 }, { 9, 0, 2 }, -- fruit
  { 0, 9, 1 }, { 1, 8, 0 }, -- tools
  { 1, 0, 9 }, { 0, 1, 8 }, { 2, 2, 7 }, -- weather
}

-- A failure of the machine returns nil and a message; assert turns it into an error.
local ctx = assert(vk.new())
print("device: " .. assert(ctx:device()).name)

-- With ids, arguments and results are names; without ids, they are indices starting at 1.
assert(ctx:upload_embeddings(embeddings, { ids = names }))
print(("%d items of %d numbers"):format(ctx:size()))

print("\nread in this order, each next one is as far as possible from those before:")
for _, start in ipairs({ "apple", "snow" }) do
  print("  " .. table.concat(assert(ctx:diversity_sequence(start)), ", "))
end

print("\nthe two nearest of each, and how near:")
local near, how_near = assert(ctx:nearest_neighbors(2))
for _, name in ipairs(names) do
  print(("  %-7s %s %.3f, %s %.3f"):format(name .. ":", near[name][1], how_near[name][1],
    near[name][2], how_near[name][2]))
end

-- A view reads from one buffer of floats without copying it, and outlives its context.
local similarity = assert(ctx:similarity())
ctx:close()
print(("\napple and pear: %.3f, apple and saw: %.3f"):format(similarity:get("apple", "pear"),
  similarity:row("apple"):get("saw")))

-- Incorrect arguments raise an error that names the argument and the position in it.
embeddings[3][2] = 0 / 0
assert(vk.init())
local ok, message = pcall(function()
  vk.upload_embeddings(embeddings)
end)
print("\nwith a nan in the third row: " .. (ok and "nothing" or message:gsub("^.-:%d+: ", "")))
vk.shutdown()
