-- SPDX-License-Identifier: MIT

-- The .npy files of the examples: written files can be read again, and unexpected files are
-- rejected with a sentence.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/../../examples/?.lua;" .. here .. "/?.lua;" .. here .. "/../lua/?.lua;"
  .. package.path

local lu = require("luaunit")
local ffi = require("ffi")
local npy = require("npy")
local scratch = require("scratch")

local folder, file

local function with_header(header, numbers, version)
  scratch.write(file, "\147NUMPY" .. string.char(version or 1, 0, #header, 0)
    .. ((version or 1) > 1 and "\0\0" or "") .. header .. numbers)
end

local function says(expected)
  local result, message = npy.read(file)
  lu.assertNil(result)
  lu.assertStrContains(message, file)
  lu.assertStrContains(message, expected)
end

TestNpy = {}

function TestNpy.setUp()
  folder = scratch.folder()
  file = folder .. "/rows.npy"
end

function TestNpy.tearDown()
  scratch.remove(folder)
end

function TestNpy.test_written_and_read_again()
  for _, kind in ipairs({ "float[?]", "double[?]" }) do
    local rows = ffi.new(kind, 6)
    for i = 0, 5 do
      rows[i] = i * 0.1 - 0.2
    end
    lu.assertTrue(npy.write(file, rows, 2, 3))
    local again, n, dim = npy.read(file)
    lu.assertEquals({ n, dim }, { 2, 3 })
    lu.assertEquals(ffi.string(again, ffi.sizeof(again)), ffi.string(rows, ffi.sizeof(rows)))
    local numbers = #scratch.read(file) - ffi.sizeof(rows)
    lu.assertEquals(numbers % 64, 0, "the numbers begin at a multiple of 64 bytes")
  end
end

function TestNpy.test_versions_and_spellings()
  for version = 1, 3 do
    with_header('{"shape":(1,2),"descr":"<f4", "fortran_order" : False}\n',
      ffi.string(ffi.new("float[2]", { 1.5, -2 }), 8), version)
    local rows, n, dim = npy.read(file)
    lu.assertEquals({ n, dim, rows[0], rows[1] }, { 1, 2, 1.5, -2 })
  end
  for _, type in ipairs({ "=f4", "f4" }) do
    with_header(("{'descr': '%s', 'fortran_order': False, 'shape': (1, 2), }\n"):format(type),
      ffi.string(ffi.new("float[2]", { 1.5, -2 }), 8))
    lu.assertEquals(npy.read(file)[1], -2)
  end
end

function TestNpy.test_what_is_not_as_expected()
  local good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n"
  scratch.write(file, "")
  says("is not an .npy file")
  scratch.write(file, "one\n%\ntwo\n")
  says("is not an .npy file")
  with_header(good, "12345678", 4)
  says("version 4")
  scratch.write(file, "\147NUMPY\1\0\255\0{")
  says("ends within its header")
  with_header(good, "1234567")
  says("ends after 7 of 8 bytes")
  with_header(good:gsub("<f4", ">f8"), "12345678")
  says("'>f8'; expected '<f4' or '<f8'")
  with_header(good:gsub("False", "True"), "12345678")
  says("Fortran order")
  with_header(good:gsub("%(1, 2%)", "(2,)"), "12345678")
  says("does not have two dimensions")
  with_header(good:gsub("%(1, 2%)", "(0, 2)"), "")
  says("does not have two dimensions")
  with_header(good:gsub("%(1, 2%)", "(9999999, 9999999)"), "")
  says("less than 2 GiB")
  os.remove(file)
  says("No such file")
end

function TestNpy.test_where_nothing_can_be_written()
  local result, message = npy.write(folder .. "/none/rows.npy", ffi.new("float[1]"), 1, 1)
  lu.assertNil(result)
  lu.assertStrContains(message, "/none/rows.npy")
  if scratch.run("test -e /dev/full") == 0 then
    result, message = npy.write("/dev/full", ffi.new("float[1]"), 1, 1)
    lu.assertNil(result)
    lu.assertStrContains(message, "/dev/full")
  end
end

require("finish")()
