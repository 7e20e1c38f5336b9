-- SPDX-License-Identifier: MIT

--- A frame for small programs: parses options (`--name`, `--name VALUE`,
-- `--name=VALUE`), prints the help, and reports errors.
--
-- A list describes the options. Each entry has `name` and `help`. An option with a
-- value also has `value`, the name of the value in the help, and, for a whole
-- number, `least`, its minimum.
-- @module program

local Program = {}
Program.__index = Program

local function read_value(option, value)
  if not value then
    return nil, ("--%s needs a value: --%s %s."):format(option.name, option.name, option.value)
  end
  if not option.least then
    return value
  end
  local number = value:match("^%d+$") and tonumber(value)
  if not number or number < option.least then
    return nil, ("--%s takes a whole number from %d, not '%s'."):format(option.name, option.least,
      value)
  end
  return number
end

local function parse(arguments, list)
  local by_name = {}
  for _, option in ipairs(list) do
    by_name[option.name] = option
  end
  local result = {}
  local at = 1
  while arguments[at] do
    local argument = arguments[at]
    local name, equals, value = argument:match("^%-%-([^=]+)(=?)(.*)$")
    local option = name and by_name[name]
    if not name and argument:sub(1, 1) ~= "-" then
      result[#result + 1] = argument
    elseif not option then
      return nil, ("there is no option %s."):format(name and "--" .. name or argument)
    elseif option.value then
      if equals == "" then
        at = at + 1
        value = arguments[at]
      end
      local message
      result[name], message = read_value(option, value)
      if message then
        return nil, message
      end
    elseif equals == "=" then
      return nil, ("--%s takes no value."):format(name)
    else
      result[name] = true
    end
    at = at + 1
  end
  return result
end

--- Prints a message on standard error and ends the program. Exit status 1 means
-- incorrect use, 2 a failure.
function Program:stop(status, message)
  io.stderr:write(self.name, ": ", message, "\n")
  if status == 1 then
    io.stderr:write(("Try 'luajit %s --help'.\n"):format(arg[0]))
  end
  os.exit(status)
end

--- Returns its arguments, the results of a function, unless they are nil and a
-- message: then stops with that message.
function Program:check(result, ...)
  if result == nil then
    self:stop(2, tostring((...)))
  end
  return result, ...
end

function Program:help()
  local lines = { self.usage }
  for _, option in ipairs(self.options) do
    local left = "  --" .. option.name .. (option.value and " " .. option.value or "")
    lines[#lines + 1] = ("%-20s %s"):format(left, (option.help:gsub("\n", "\n" .. (" "):rep(21))))
  end
  return table.concat(lines, "\n") .. "\n"
end

-- Parses the arguments, handles --help, and stops if an argument is invalid.
function Program:arguments(arguments)
  local given, message = parse(arguments, self.options)
  if not given then
    self:stop(1, message)
  end
  if given.help then
    io.stdout:write(self:help())
    os.exit(0)
  end
  return given
end

--- Runs the program. `main` gets a table with the values of the options by name
-- (true for an option without a value) and all other arguments at 1, 2, …
-- An error raised in `main` ends the program with its message.
function Program:run(main)
  local ok, message = pcall(main, self:arguments(arg))
  if not ok then
    self:stop(2, tostring(message))
  end
end

local program = {}

--- Creates a program.
-- @param name prefix of its messages
-- @param usage first lines of its help
-- @param options list of its options
function program.new(name, usage, options)
  return setmetatable({ name = name, usage = usage, options = options }, Program)
end

return program
