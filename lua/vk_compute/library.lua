-- SPDX-License-Identifier: MIT
-- Finding and loading libvulkan_compute, when it is first needed.

local ffi = require("ffi")
require("vk_compute.cdef")

local library = {}

--- The version of this module; the library's must be compatible.
library.version = "0.2.0"

local file_name = ({ OSX = "libvulkan_compute.dylib", Windows = "vulkan_compute.dll" })[ffi.os]
  or "libvulkan_compute.so"

-- Where the facade lies, relative to the working directory when it was given so: "lua/", "./".
local module_folder = debug.getinfo(1, "S").source:match("^@(.*)vk_compute[/\\]library%.lua$")
if module_folder == "" then
  module_folder = "./" -- with a slash in it, the loader takes a name for a path
end

-- Beside the module, in the source's build tree, in the tree of LuaRocks or of `cmake --install`.
local beside_module = {
  "",
  "../build/",
  "../../../lib/lua/5.1/",
  "../../../lib/",
  "../../../lib64/",
}

local loaded = {} -- by what was asked for

local function parse_version(number)
  return math.floor(number / 1000000), math.floor(number / 1000) % 1000, number % 1000
end

-- Before 1.0 a minor version may change the interface, after it only a major one.
local function compatible(number)
  local major, minor = parse_version(number)
  local own_major, own_minor = library.version:match("^(%d+)%.(%d+)")
  own_major, own_minor = tonumber(own_major), tonumber(own_minor)
  if major == 0 then
    return own_major == 0 and minor == own_minor
  end
  return major == own_major and minor >= own_minor
end

-- The library at a path or under a system name; or nil and why not.
local function try(path)
  local ok, found = pcall(ffi.load, path)
  if not ok then
    return nil, (tostring(found):gsub("^[^:]*: ", "")) -- the name, which the list has already
  end
  local answered, number = pcall(function()
    return found.vkc_lua_version()
  end)
  if not answered then
    return nil, "is not the vulkan_compute library"
  elseif not compatible(number) then
    local major, minor, patch = parse_version(number)
    return nil, ("is version %d.%d.%d, this module needs %s"):format(major, minor, patch,
      library.version)
  end
  return found
end

-- What to try, in order: { path, what named it }. A place that was named is taken at its word.
local function candidates(named)
  if named then
    return { { named, "opts.library" } }
  end
  local environment = os.getenv("VK_COMPUTE_LIB")
  if environment and environment ~= "" then
    return { { environment, "VK_COMPUTE_LIB" } }
  end
  local list = {}
  for _, place in ipairs(module_folder and beside_module or {}) do
    list[#list + 1] = { module_folder .. place .. file_name, "relative to the Lua module" }
  end
  -- The name without a version is there only where programs are built.
  local versioned = file_name .. "." .. library.version:match("^%d+%.%d+")
  list[#list + 1] = { versioned, "system's search path" }
  list[#list + 1] = { "vulkan_compute", "system's search path" }
  return list
end

--- The library as a C namespace, loaded once; or nil and a message that lists what was tried.
-- @param named opts.library, or nil to search
function library.load(named)
  local key = named or os.getenv("VK_COMPUTE_LIB") or ""
  if loaded[key] then
    return loaded[key]
  end
  local tried = {}
  for _, candidate in ipairs(candidates(named)) do
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
