-- SPDX-License-Identifier: MIT
-- Describes devices as Lua tables.

local ffi = require("ffi")
local errors = require("vk_compute.errors")
require("vk_compute.cdef")

local device = {}

local types = {
  [0] = "other",
  [1] = "integrated GPU",
  [2] = "discrete GPU",
  [3] = "virtual GPU",
  [4] = "CPU",
}

local function version_string(number)
  return ("%d.%d.%d"):format(math.floor(number / 2 ^ 22) % 128, math.floor(number / 2 ^ 12) % 1024,
    number % 4096)
end

-- Converts a device description. memory_limit and memory_used exist only for the device of a
-- context.
local function to_table(info, of_context)
  return {
    index = info.index + 1,
    name = ffi.string(info.name),
    driver = ffi.string(info.driver),
    type = types[tonumber(info.type)] or "other",
    is_default = info.is_default ~= 0,
    vendor_id = info.vendor_id,
    device_id = info.device_id,
    api_version = version_string(info.api_version),
    driver_version = info.driver_version,
    has_int64 = info.has_int64 ~= 0,
    memory_bytes = tonumber(info.memory_bytes),
    memory_limit = of_context and tonumber(info.memory_limit) or nil,
    memory_used = of_context and tonumber(info.memory_used) or nil,
  }
end

local function failed(result, lib, handle)
  return errors.failed(result, errors.last_message(lib, handle))
end

--- Returns all devices as an array of tables, or nil and a message.
function device.list(lib)
  local count = ffi.new("uint32_t[1]")
  local result = lib.vkc_lua_list_devices(count, nil)
  if result ~= 0 then
    return failed(result, lib, nil)
  end
  local infos = ffi.new("VkcLuaDeviceInfo[?]", math.max(count[0], 1))
  for i = 0, count[0] - 1 do
    infos[i].struct_size = ffi.sizeof("VkcLuaDeviceInfo")
  end
  result = count[0] > 0 and lib.vkc_lua_list_devices(count, infos) or 0
  if result ~= 0 then
    return failed(result, lib, nil)
  end
  local list = {}
  for i = 0, count[0] - 1 do
    list[i + 1] = to_table(infos[i], false)
  end
  return list
end

--- Returns whether the library would find a device for `wanted`: an index starting at 0, or part of
-- a name, ignoring case.
function device.exists(lib, wanted)
  local list = device.list(lib) or {}
  if wanted:find("^%d+$") then
    return tonumber(wanted) < #list
  end
  for _, info in ipairs(list) do
    if info.name:lower():find(wanted:lower(), 1, true) then
      return true
    end
  end
  return false
end

--- Returns the device of a context as a table, or nil and a message.
function device.of(lib, handle)
  local info = ffi.new("VkcLuaDeviceInfo", { struct_size = ffi.sizeof("VkcLuaDeviceInfo") })
  local result = lib.vkc_lua_get_device_info(handle, info)
  if result ~= 0 then
    return failed(result, lib, handle)
  end
  return to_table(info, true)
end

return device
