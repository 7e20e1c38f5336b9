-- SPDX-License-Identifier: MIT

--- Folders and files for one test, and programs to run.
-- @module scratch

local scratch = {}

--- Quotes a string as one word of the shell.
function scratch.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Creates a new empty folder.
function scratch.folder()
  local pipe = io.popen("mktemp -d")
  local path = pipe:read("*l")
  pipe:close()
  return assert(path, "mktemp made no folder")
end

function scratch.make(path)
  os.execute("mkdir -p " .. scratch.quote(path))
end

function scratch.remove(path)
  os.execute("rm -rf " .. scratch.quote(path))
end

function scratch.write(path, content)
  local file = assert(io.open(path, "wb"))
  assert(file:write(content))
  assert(file:close())
end

function scratch.read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local content = file:read("*a")
  file:close()
  return content
end

--- Runs a shell command.
-- @return its exit status, what it wrote to standard output, and to standard error
function scratch.run(command)
  local errors = os.tmpname()
  local pipe = io.popen(("{ %s; } 2>%s; echo \"status=$?\""):format(command,
    scratch.quote(errors)))
  local output, status = pipe:read("*a"):match("^(.-)status=(%d+)\n$")
  pipe:close()
  local message = scratch.read(errors)
  os.remove(errors)
  return tonumber(status), output, message
end

return scratch
