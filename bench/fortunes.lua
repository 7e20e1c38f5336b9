-- SPDX-License-Identifier: MIT

-- Writes embeddings of the texts in the package "fortunes" to an .npy file:
--
--    luajit fortunes.lua FILE [COUNT]

local here = arg[0]:gsub("[^/]*$", "")
package.path = here .. "../examples/?.lua;" .. here .. "../lua/?.lua;" .. package.path
local embedder = require("embedder")
local npy = require("npy")
local texts = require("texts")

local list, message = texts.read_fortunes(texts.fortunes_folder())
assert(list, message)
local count = math.min(tonumber(arg[2]) or #list, #list)
local plain = {}
-- Spread evenly over all files.
for i = 1, count do
  plain[i] = list[math.floor((i - 1) * #list / count) + 1].text
end
assert(npy.write(arg[1], embedder.embed(plain)))
