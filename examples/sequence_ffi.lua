-- SPDX-License-Identifier: MIT

-- Computes a diversity sequence with the library, through LuaJIT's FFI. Does the same
-- as sequence_subprocess.lua, without another process and without parsing.
--
--    VKC_EMBEDDINGS=poems.npy luajit examples/sequence_ffi.lua 17
--
-- Indices start at 1.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. package.path

local vk = require("vk_compute")
local npy = require("npy")

local start = tonumber(arg[1] or "1")
local file = os.getenv("VKC_EMBEDDINGS")
if not file or not start or start < 1 or start % 1 ~= 0 then
  io.stderr:write("usage: VKC_EMBEDDINGS=FILE luajit sequence_ffi.lua [START, from 1]\n")
  os.exit(1)
end

-- On a failure of the machine, the module returns nil and a message.
local function check(result, ...)
  if result == nil then
    io.stderr:write("sequence_ffi: ", (...), "\n")
    os.exit(2)
  end
  return result, ...
end

local rows, n, dim = check(npy.read(file))
if start > n then
  check(nil, ("%s has %d rows; there is no row %d"):format(file, n, start))
end

check(vk.init())
check(vk.upload_embeddings(rows, { n = n, dim = dim }))
local sequence = check(vk.compute_diversity_sequence(start))
vk.shutdown()

for position, index in ipairs(sequence) do
  print(("%d %d"):format(position, index))
end
