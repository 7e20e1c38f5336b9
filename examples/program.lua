-- SPDX-License-Identifier: MIT

--- What a small program needs around its work: options (`--name`, `--name VALUE`,
-- `--name=VALUE`), a help text, and a sentence when it has to stop.
--
-- Options are described by a list; each entry has `name`, `help`, and for an
-- option with a value `value` (what the value is called), and `least` where the
-- value is a whole number.
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

--- Ends the program with a sentence on standard error. Exit status 1 is for wrong
-- use, 2 for what failed while running.
function Program:stop(status, message)
  io.stderr:write(self.name, ": ", message, "\n")
  if status == 1 then
    io.stderr:write(("Try 'luajit %s --help'.\n"):format(arg[0]))
  end
  os.exit(status)
end

--- Passes on what a function returned, unless that is nil and a sentence.
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

-- Reads the arguments, answers --help, and stops at wrong ones.
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

--- Runs the program: `main` gets a table with the value of each option by its name
-- (true for one without a value), and with what is not an option at 1, 2, …
-- An error that is raised ends the program with a sentence, too.
function Program:run(main)
  local complete, message = pcall(main, self:arguments(arg))
  if not complete then
    self:stop(2, tostring(message))
  end
end

local program = {}

--- A program.
-- @param name as its messages begin
-- @param usage the first lines of its help
-- @param options the list of its options
function program.new(name, usage, options)
  return setmetatable({ name = name, usage = usage, options = options }, Program)
end

return program
