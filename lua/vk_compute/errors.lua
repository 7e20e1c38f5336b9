-- SPDX-License-Identifier: MIT
-- Errors of the caller: raised where the caller stands, not inside this module.

local ffi = require("ffi")
require("vk_compute.cdef")

local errors = {}

local invalid_argument = ffi.cast("VkcLuaResult", "VKC_LUA_ERROR_INVALID_ARGUMENT")

-- "@/some/where/vk_compute/": every source of this module begins with it, but for the facade,
-- "@/some/where/vk_compute.lua".
local folder = debug.getinfo(1, "S").source:match("^(.*)errors%.lua$") or "@vk_compute/"
local facade = folder:sub(1, -2) .. ".lua"

local function is_own(source)
  return source == facade or source:sub(1, #folder) == folder
end

--- Raises `message` with the position of the nearest function outside this module.
-- Which frame that is, is looked up instead of counted: tail calls leave no frame to count.
function errors.raise(message)
  local level = 2
  local info = debug.getinfo(level, "S")
  while info and is_own(info.source) do
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  error(message, info and level or 0)
end

--- Raises "bad argument #1 to 'name' (text)"; further arguments are formatted into the text.
function errors.argument(position, name, text, ...)
  if select("#", ...) > 0 then
    text = text:format(...)
  end
  errors.raise(("bad argument #%d to '%s' (%s)"):format(position, name, text))
end

--- The library's sentence of its last failure, without the C function that it may begin with: the
-- caller knows which function of Lua was called.
-- @param handle of a context, or nil
function errors.sentence(lib, handle)
  return (ffi.string(lib.vkc_lua_last_error(handle)):gsub("^vkc_[%l_]+: ", ""))
end

--- What a public function does when the library has failed: a mistake of the caller raises, what
-- the machine lacks is returned.
-- @param result the library's, an error
-- @param message its sentence
-- @return nil, message
function errors.failed(result, message)
  if result == invalid_argument then
    errors.raise(message)
  end
  return nil, message
end

--- A value as a person would write it, short.
function errors.show(value)
  local kind = type(value)
  if kind == "string" then
    if #value > 40 then
      value = value:sub(1, 37) .. "..."
    end
    return '"' .. value .. '"'
  elseif kind == "number" then
    if value ~= value then
      return "nan" -- else it might print as -nan
    end
    return ("%.14g"):format(value)
  elseif kind == "nil" or kind == "boolean" then
    return tostring(value)
  end
  return "a " .. kind
end

return errors
