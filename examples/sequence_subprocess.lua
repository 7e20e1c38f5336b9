-- SPDX-License-Identifier: MIT

-- Computes a diversity sequence with the command line program and parses its JSON
-- output. Works in Lua 5.1 to 5.4 and LuaJIT, and needs dkjson. sequence_ffi.lua does
-- the same without another process.
--
--    VKC_EMBEDDINGS=poems.npy lua examples/sequence_subprocess.lua 17
--
-- The program reads the file that VKC_EMBEDDINGS names. Its indices start at 0.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path

local dkjson = require("dkjson")
local shell = require("shell")

local start = tonumber(arg[1] or "1")
if not start or start < 1 or start % 1 ~= 0 then
  io.stderr:write("usage: VKC_EMBEDDINGS=FILE lua sequence_subprocess.lua [START, from 1]\n")
  os.exit(1)
end

local program, message = shell.program(here .. "/..")
if not program then
  io.stderr:write("sequence_subprocess: ", message, "\n")
  os.exit(2)
end
local command = ("%s diversity-sequence --start %d"):format(shell.quote(program), start - 1)
local handle = io.popen(command, "r")
local result = handle:read("*a")
handle:close()

local sequence = dkjson.decode(result)
if type(sequence) ~= "table" then
  os.exit(2) -- the program has printed its message on standard error
end

for position, index in ipairs(sequence) do
  print(("%d %d"):format(position, index + 1))
end
