-- SPDX-License-Identifier: MIT
-- Finds and loads libvulkan_compute when it is first needed.

local ffi = require("ffi")
require("vk_compute.cdef")

local library = {}

--- The version of this module. The library must have a compatible version.
library.version = "0.2.0"

local file_name = ({ OSX = "libvulkan_compute.dylib", Windows = "vulkan_compute.dll" })[ffi.os]
  or "libvulkan_compute.so"

-- The directory of vk_compute.lua; relative, such as "lua/", if package.path is.
local module_folder = debug.getinfo(1, "S").source:match("^@(.*)vk_compute[/\\]library%.lua$")
if module_folder == "" then
  module_folder = "./" -- the dynamic loader treats a name without a slash as a library name
end

-- Relative to the module: its own directory, the build tree, and the trees of LuaRocks and
-- `cmake --install`.
local relative_folders = {
  "",
  "../build/",
  "../../../lib/lua/5.1/",
  "../../../lib/",
  "../../../lib64/",
}

local loaded = {} -- libraries by the requested path

local function parse_version(number)
  return math.floor(number / 1000000), math.floor(number / 1000) % 1000, number % 1000
end

-- Before 1.0, a minor version may change the interface; from 1.0 on, only a major version.
local function compatible(number)
  local major, minor = parse_version(number)
  local own_major, own_minor = library.version:match("^(%d+)%.(%d+)")
  own_major, own_minor = tonumber(own_major), tonumber(own_minor)
  if major == 0 then
    return own_major == 0 and minor == own_minor
  end
  return major == own_major and minor >= own_minor
end

-- Loads the library from a path or by its name in the system. Returns nil and a reason on failure.
local function try(path)
  local ok, found = pcall(ffi.load, path)
  if not ok then
    return nil, (tostring(found):gsub("^[^:]*: ", "")) -- removes the path
  end
  local has_version, number = pcall(function()
    return found.vkc_lua_version()
  end)
  if not has_version then
    return nil, "is not the vulkan_compute library"
  elseif not compatible(number) then
    local major, minor, patch = parse_version(number)
    return nil, ("is version %d.%d.%d, this module needs %s"):format(major, minor, patch,
      library.version)
  end
  return found
end

-- Returns what to try, in order: { path, origin of the path }. An explicit path is the only
-- candidate.
local function candidates(explicit)
  if explicit then
    return { { explicit, "opts.library" } }
  end
  local environment = os.getenv("VK_COMPUTE_LIB")
  if environment and environment ~= "" then
    return { { environment, "VK_COMPUTE_LIB" } }
  end
  local list = {}
  for _, folder in ipairs(module_folder and relative_folders or {}) do
    list[#list + 1] = { module_folder .. folder .. file_name, "relative to the Lua module" }
  end
  -- Only development packages install the name without a version.
  local versioned = file_name .. "." .. library.version:match("^%d+%.%d+")
  list[#list + 1] = { versioned, "system's search path" }
  list[#list + 1] = { "vulkan_compute", "system's search path" }
  return list
end

--- Loads the library once and returns it as a C namespace, or nil and a message that lists all
-- attempts.
-- @param explicit opts.library, or nil to search
function library.load(explicit)
  local key = explicit or os.getenv("VK_COMPUTE_LIB") or ""
  if loaded[key] then
    return loaded[key]
  end
  local tried = {}
  for _, candidate in ipairs(candidates(explicit)) do
    local found, reason = try(candidate[1])
    if found then
      loaded[key] = found
      return found
    end
    tried[#tried + 1] = ("\n  %s (%s): %s"):format(candidate[1], candidate[2], reason)
  end
  return nil, "the library " .. file_name .. " could not be loaded; give its path as opts.library "
    .. "or in VK_COMPUTE_LIB, or install it. Tried:" .. table.concat(tried)
end

return library
