-- SPDX-License-Identifier: MIT
-- Raises errors for incorrect use at the caller's position instead of inside this module.

local ffi = require("ffi")
require("vk_compute.cdef")

local errors = {}

local invalid_argument = ffi.cast("VkcLuaResult", "VKC_LUA_ERROR_INVALID_ARGUMENT")

-- The sources of this module are "@…/vk_compute.lua" and the files under "@…/vk_compute/".
local folder = debug.getinfo(1, "S").source:match("^(.*)errors%.lua$") or "@vk_compute/"
local main_file = folder:sub(1, -2) .. ".lua"

local function is_own(source)
  return source == main_file or source:sub(1, #folder) == folder
end

--- Raises `message` with the position of the nearest caller outside this module.
-- Searches for that stack level, because tail calls make a fixed level unreliable.
function errors.raise(message)
  local level = 2
  local info = debug.getinfo(level, "S")
  while info and is_own(info.source) do
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  error(message, info and level or 0)
end

--- Raises "bad argument #position to 'name' (text)". Formats further arguments into the text.
function errors.argument(position, name, text, ...)
  if select("#", ...) > 0 then
    text = text:format(...)
  end
  errors.raise(("bad argument #%d to '%s' (%s)"):format(position, name, text))
end

--- Returns the library's message for its last failure, without the name of the C function.
-- @param handle handle of a context, or nil for the last failure without a context
function errors.last_message(lib, handle)
  return (ffi.string(lib.vkc_lua_last_error(handle)):gsub("^vkc_[%l_]+: ", ""))
end

--- Reports a failure of the library: raises an error for incorrect use, returns other failures.
-- @param result error code of the library
-- @param message its message
-- @return nil, message
function errors.failed(result, message)
  if result == invalid_argument then
    errors.raise(message)
  end
  return nil, message
end

--- Formats a value for a message, shortened if it is long.
function errors.show(value)
  local kind = type(value)
  if kind == "string" then
    if #value > 40 then
      value = value:sub(1, 37) .. "..."
    end
    return '"' .. value .. '"'
  elseif kind == "number" then
    if value ~= value then
      return "nan" -- %g may print -nan
    end
    return ("%.14g"):format(value)
  elseif kind == "nil" or kind == "boolean" then
    return tostring(value)
  end
  return "a " .. kind
end

return errors
