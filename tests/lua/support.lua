-- SPDX-License-Identifier: MIT
-- Shared by the Lua tests: data, the definitions in plain Lua, and assertions.

local finish = require("finish")
local luaunit = require("luaunit")

local support = {}

-- Every assertion collects garbage, so that memory freed too early is detected at once.
for name, assertion in pairs(luaunit) do
  if type(name) == "string" and name:find("^assert") and type(assertion) == "function" then
    luaunit[name] = function(...)
      collectgarbage()
      collectgarbage()
      return assertion(...)
    end
  end
end

--- The same numbers in every run and on every machine, from a linear congruential generator.
function support.random(seed)
  local state = seed
  return function()
    state = (state * 16807) % 2147483647
    return state / 2147483647
  end
end

--- n rows of dim numbers that float32 holds exactly, so that the library gets the same numbers as
-- doubles here.
function support.rows(n, dim, seed)
  local next_number = support.random(seed or 1)
  local rows = {}
  for i = 1, n do
    rows[i] = {}
    for j = 1, dim do
      rows[i][j] = math.floor((next_number() - 0.5) * 2 ^ 20) / 2 ^ 19
    end
  end
  return rows
end

function support.flat(rows)
  local values = {}
  for _, row in ipairs(rows) do
    for _, value in ipairs(row) do
      values[#values + 1] = value
    end
  end
  return values
end

local function dot(a, b)
  local sum = 0
  for j = 1, #a do
    sum = sum + a[j] * b[j]
  end
  return sum
end

--- The cosine by its definition.
function support.cosine(a, b)
  local lengths = math.sqrt(dot(a, a)) * math.sqrt(dot(b, b))
  return lengths == 0 and 0 or dot(a, b) / lengths
end

--- A diversity sequence by its definition.
function support.sequence(rows, start, length)
  local sum, used, sequence = {}, {}, {}
  local chosen = start
  for step = 1, length or #rows do
    if step > 1 then
      local lowest = math.huge
      for i = 1, #rows do
        local score = not used[i] and support.cosine(rows[i], sum)
        if score and score < lowest then
          lowest, chosen = score, i
        end
      end
    end
    sequence[step], used[chosen] = chosen, true
    for j = 1, #rows[chosen] do
      sum[j] = (sum[j] or 0) + rows[chosen][j]
    end
  end
  return sequence
end

--- The k nearest items of item i by their definition, from a similarity matrix.
function support.nearest(matrix, i, k)
  local others = {}
  for j = 1, #matrix do
    if j ~= i then
      others[#others + 1] = j
    end
  end
  table.sort(others, function(a, b)
    if matrix[i][a] ~= matrix[i][b] then
      return matrix[i][a] > matrix[i][b]
    end
    return a < b
  end)
  return { unpack(others, 1, k) }
end

--- Whether two lists have identical elements; tables among them must be the same object.
function support.same(a, b)
  for i = 1, math.max(#a, #b) do
    if a[i] ~= b[i] then
      return false
    end
  end
  return true
end

--- Whether two values are equal, with tables compared by content; faster than the assertion of
-- luaunit.
function support.equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not support.equal(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

local wrong_uses = 0

--- Counts a tested misuse; the total is printed at the end.
function support.wrong_use()
  wrong_uses = wrong_uses + 1
end

--- Asserts that `call`, a function written in the test, raises exactly `expected` at one of its own
-- lines.
function support.assert_misuse(expected, call)
  support.wrong_use()
  local ok, message = pcall(call)
  luaunit.assertFalse(ok, "nothing was raised, expected: " .. expected)
  local file, line, text = tostring(message):match("^([^\n]-):(%d+): (.*)$")
  luaunit.assertEquals(text or message, expected)
  local where = debug.getinfo(call, "S")
  luaunit.assertEquals(file, where.short_src, "raised at another level")
  line = tonumber(line)
  luaunit.assertTrue(line >= where.linedefined and line <= where.lastlinedefined,
    "raised at line " .. line)
end

--- Asserts that a call returned nil and a message that contains `part`.
function support.assert_failed(part, result, message)
  luaunit.assertNil(result)
  luaunit.assertStrContains(message, part)
end

-- The folders of this file and of the module, for child processes.
support.here = debug.getinfo(1, "S").source:match("^@(.*)support%.lua$")
support.module = package.searchpath("vk_compute", package.path):match("^(.*)vk_compute%.lua$")

--- The current interpreter as a shell word, with -joff if it runs with it.
support.luajit = "'" .. (os.getenv("LUAJIT") or arg[-1] or "luajit") .. "'"

--- Runs a Lua program in a separate process.
-- @param environment a prefix of the command, such as "VK_COMPUTE_LIB=x"
-- @return its output, including errors
-- @return its exit status
function support.run_status(environment, program, arguments)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(program)
  file:close()
  local command = ("%s %s %s %s %s 2>&1; echo status $?"):format(environment, support.luajit,
    jit.status() and "" or "-joff", name, arguments or "")
  local pipe = assert(io.popen(command))
  local output = pipe:read("*a")
  pipe:close()
  os.remove(name)
  local text, status = output:match("^(.*)status (%d+)\n$")
  return text, tonumber(status)
end

--- Like the function above, but the second result says whether the process succeeded.
function support.run(...)
  local text, status = support.run_status(...)
  return text, status == 0
end

--- Runs all tests of the file and ends the process.
function support.finish()
  finish(function()
    if wrong_uses > 0 then
      print(("wrong uses from Lua: %d"):format(wrong_uses))
    end
  end)
end

return support
