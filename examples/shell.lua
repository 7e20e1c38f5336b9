-- SPDX-License-Identifier: MIT

--- Helpers to run the command line program `vulkan-compute`. Works in Lua 5.1 to
-- 5.4.
-- @module shell

local shell = {}

--- Quotes any string as one word of the shell.
function shell.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

--- Finds the program `vulkan-compute`: at the path in the environment variable
-- VKC_PROGRAM, in the build folder of the project, or in PATH.
-- @param root the folder of the project
-- @return its path, or nil and a message
function shell.program(root)
  local named = os.getenv("VKC_PROGRAM")
  if named and named ~= "" then
    if exists(named) then
      return named
    end
    return nil, ("VKC_PROGRAM names %s, which does not exist"):format(named)
  end
  for _, path in ipairs({ root .. "/build/vulkan-compute", root .. "/build/cli/vulkan-compute" }) do
    if exists(path) then
      return path
    end
  end
  local pipe = io.popen("command -v vulkan-compute 2>/dev/null")
  local found = pipe:read("*l")
  pipe:close()
  if found then
    return found
  end
  return nil, "the program vulkan-compute is neither built nor installed"
end

return shell
