-- SPDX-License-Identifier: MIT
--
-- Shared by the tests of the command line program: running it, and making and reading its files.

local ffi = require("ffi")
local luaunit = require("luaunit")

local support = {}

support.program = assert(os.getenv("VKC_PROGRAM"), "VKC_PROGRAM must name vulkan-compute")

local folder_name = os.tmpname()
os.remove(folder_name)
assert(os.execute("mkdir -p " .. folder_name))

--- A path in the folder of this run.
function support.path(name)
  return folder_name .. "/" .. name
end

--- Runs all tests and ends the process. CTest takes status 77 for a skipped test; if only some
-- tests were skipped, this is just printed.
function support.finish()
  local runner = luaunit.LuaUnit.new()
  local failed = runner:runSuite()
  os.execute("rm -rf " .. folder_name)
  for _, node in ipairs(runner.result.allTests) do
    if node:isSkipped() then
      print(("skipped: %s: %s"):format(node.testName, node.msg))
    end
  end
  local nothing_ran = runner.result.skippedCount == #runner.result.allTests
  os.exit(failed == 0 and nothing_ran and 77 or failed)
end

function support.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

function support.write(name, bytes)
  local file = assert(io.open(support.path(name), "wb"))
  assert(file:write(bytes))
  file:close()
  return support.path(name)
end

function support.read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local bytes = file:read("*a")
  file:close()
  return bytes
end

function support.exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

-- os.execute() returns wait()'s number or, in newer builds, three values.
local function exit_status(first, how, code)
  if type(first) == "number" then
    local signal = first % 128
    return signal == 0 and math.floor(first / 256) or 128 + signal
  end
  return how == "signal" and 128 + code or code
end

--- Runs a shell command; returns exit status, standard output, standard error.
function support.shell(line)
  local out, err = support.path("out"), support.path("err")
  local status = exit_status(os.execute("{ " .. line .. "\n} >" .. out .. " 2>" .. err))
  return status, support.read(out), support.read(err)
end

--- Runs vulkan-compute with these arguments: a table of words, or a string for the shell.
function support.run(words, before)
  if type(words) == "table" then
    local quoted = {}
    for i, word in ipairs(words) do
      quoted[i] = support.quote(word)
    end
    words = table.concat(quoted, " ")
  end
  return support.shell((before or "") .. " " .. support.quote(support.program) .. " " .. words)
end

--- Like run(), but the program must succeed; returns standard output and standard error.
function support.must(words)
  local status, out, err = support.run(words)
  if status ~= 0 then
    error(("exit status %d: %s"):format(status, err), 2)
  end
  return out, err
end

--- Numbers from -1 to 1, the same in every run.
function support.random(seed)
  local state = seed
  return function()
    state = (state * 16807) % 2147483647
    return state / 1073741823.5 - 1
  end
end

function support.rows(count, columns, seed)
  local random, rows = support.random(seed or 1), {}
  for i = 1, count do
    rows[i] = {}
    for j = 1, columns do
      -- A float holds these numbers exactly, whatever the type of the file.
      rows[i][j] = math.floor(random() * 1024) / 1024
    end
  end
  return rows
end

--- The bytes of a .npy file. type: "<f4" and so on; order: "C" or "F"; version: 1, 2 or 3.
function support.npy_header(type, order, rows, columns, version)
  local text = ("{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }"):format(
    type, order == "F" and "True" or "False", rows, columns)
  local prefix = version == 1 and 10 or 12
  text = text .. (" "):rep(63 - (prefix + #text) % 64) .. "\n"
  local length = string.char(#text % 256, math.floor(#text / 256))
  return "\147NUMPY" .. string.char(version, 0) .. length .. (version == 1 and "" or "\0\0") .. text
end

-- The binary16 bits of a number that the format holds exactly, normal or zero.
local function half(number)
  if number == 0 then
    return string.char(0, 0)
  end
  local fraction, exponent = math.frexp(math.abs(number))
  local bits = (exponent + 14) * 1024 + (fraction * 2 - 1) * 1024
  if number < 0 then
    bits = bits + 32768
  end
  return string.char(bits % 256, math.floor(bits / 256))
end

local function number_bytes(type, number)
  local bytes
  if type:sub(2) == "f2" then
    bytes = half(number)
  else
    bytes = ffi.string(ffi.new(type:sub(2) == "f4" and "float[1]" or "double[1]", number),
      type:sub(2) == "f4" and 4 or 8)
  end
  return type:sub(1, 1) == ">" and bytes:reverse() or bytes
end

function support.npy(rows, type, order, version)
  type, order, version = type or "<f4", order or "C", version or 1
  local parts = {support.npy_header(type, order, #rows, #rows[1], version)}
  if order == "C" then
    for i = 1, #rows do
      for j = 1, #rows[1] do
        parts[#parts + 1] = number_bytes(type, rows[i][j])
      end
    end
  else
    for j = 1, #rows[1] do
      for i = 1, #rows do
        parts[#parts + 1] = number_bytes(type, rows[i][j])
      end
    end
  end
  return table.concat(parts)
end

--- Reads a .npy file that the program wrote: a two-dimensional pointer, rows, columns. Indices
-- count from 0.
function support.load(path)
  local bytes = assert(support.read(path), path .. " is not there")
  local length = bytes:byte(9) + 256 * bytes:byte(10)
  local header = bytes:sub(11, 10 + length)
  local type = header:match("'descr': '(<%a%d)'")
  local rows, columns = header:match("'shape': %((%d+), (%d+)%)")
  local c_type = assert(({["<u4"] = "uint32_t", ["<f4"] = "float"})[type], header)
  rows, columns = tonumber(rows), tonumber(columns)
  assert(#bytes == 10 + length + rows * columns * 4, "size of " .. path)
  local numbers = ffi.new(c_type .. "[?]", rows * columns)
  ffi.copy(numbers, bytes:sub(11 + length), rows * columns * 4)
  local matrix = {bytes = bytes}
  for i = 0, rows - 1 do
    matrix[i] = numbers + i * columns
  end
  -- The rows point into this buffer.
  matrix.numbers = numbers
  return matrix, rows, columns
end

--- A diversity sequence by its definition, in plain float64; counts from 0.
function support.reference_sequence(rows, start, length)
  local columns, used, sequence, centre = #rows[1], {}, {start}, {}
  for j = 1, columns do
    centre[j] = rows[start + 1][j]
  end
  used[start] = true
  while #sequence < length do
    local best, best_score
    for i = 0, #rows - 1 do
      if not used[i] then
        local product, square = 0, 0
        for j = 1, columns do
          product = product + rows[i + 1][j] * centre[j]
          square = square + rows[i + 1][j] ^ 2
        end
        local score = square > 0 and product / math.sqrt(square) or 0
        if not best or score < best_score then
          best, best_score = i, score
        end
      end
    end
    used[best] = true
    sequence[#sequence + 1] = best
    for j = 1, columns do
      centre[j] = centre[j] + rows[best + 1][j]
    end
  end
  return sequence
end

return support
