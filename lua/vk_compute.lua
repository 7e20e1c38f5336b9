-- SPDX-License-Identifier: MIT

--- Cosine similarity, nearest neighbours and exact diversity sequences on Vulkan, for LuaJIT.
--
--     local vk = require("vk_compute")
--     assert(vk.init())
--     assert(vk.upload_embeddings({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
--     print(table.concat(vk.compute_diversity_sequence(1), " ")) --> 1 2 3
--     vk.shutdown()
--
-- These functions use one default context. @{new} creates separate contexts, which have more
-- methods. Arguments and results name items by their index in the uploaded table, starting at 1, or
-- by the ids given in the upload.
--
-- Incorrect use raises an error at the caller's line. Failures of the machine (no driver, no
-- memory, device lost) return `nil, message`. `require` loads no library and touches no GPU; the
-- first call of init, new or devices does.
-- @module vk_compute

local has_ffi, ffi = pcall(require, "ffi")
if not has_ffi then
  error("vk_compute needs LuaJIT with its ffi library, but this is " .. _VERSION .. ": run the "
    .. "script with luajit, or use the program vulkan-compute", 0)
end
local check = require("vk_compute.check")
local Context = require("vk_compute.context")
local device = require("vk_compute.device")
local errors = require("vk_compute.errors")
local library = require("vk_compute.library")

local vk = {}

--- The version of this module, such as "0.2.0".
vk.version = library.version

local default -- the default context

local option_names = { "device", "memory_limit", "validation", "tuning", "library" }
local units = { [""] = 1, k = 2 ^ 10, m = 2 ^ 20, g = 2 ^ 30, t = 2 ^ 40 }

-- Converts opts.device to a string for the library, which numbers devices from 0.
local function device_string(name, value)
  if type(value) == "number" then
    return ("%d"):format(check.integer(1, name, "opts.device", value, 1, 2 ^ 31) - 1)
  elseif check.given(value) and type(value) ~= "string" then
    errors.argument(1, name, "opts.device is %s, expected an index from 1 or part of a name",
      errors.show(value))
  end
  return check.text(1, name, "opts.device", value)
end

local function memory_limit(name, value)
  if not check.given(value) then
    return 0
  elseif type(value) == "number" then
    return check.integer(1, name, "opts.memory_limit", value, 1, 2 ^ 53)
  end
  local number, unit
  if type(value) == "string" then
    number, unit = value:match("^(%d+)([KMGTkmgt]?)$")
  end
  local bytes = number and tonumber(number) * units[unit:lower()]
  if not bytes or bytes < 1 or bytes > 2 ^ 53 then
    errors.argument(1, name, 'opts.memory_limit is %s, expected a number of bytes above 0, such as '
      .. '300000000, "512K", "300M", "2G" or "1T"', errors.show(value))
  end
  return bytes
end

local function new_context(name, opts)
  if type(opts) == "boolean" then
    opts = { validation = opts }
  end
  opts = check.options(1, name, opts, option_names)
  check.optional(1, name, "opts.validation", opts.validation, "boolean")
  check.text(1, name, "opts.tuning", opts.tuning)
  check.text(1, name, "opts.library", opts.library)
  local device_name, tuning = device_string(name, opts.device), opts.tuning
  local limit = memory_limit(name, opts.memory_limit)

  local lib, message = library.load(opts.library)
  if not lib then
    return nil, message
  end
  -- Ctrl-C can raise an error right after the library has created the context. The finaliser then
  -- destroys it.
  local handle = ffi.gc(ffi.new("VkcLuaComputeContext *[1]"), function(holder)
    lib.vkc_lua_destroy(holder[0])
  end)
  local request = ffi.new("VkcLuaOptions", {
    struct_size = ffi.sizeof("VkcLuaOptions"),
    validation = opts.validation and 1 or 0,
    device = device_name,
    memory_limit = limit,
    tuning = tuning,
  })
  local result = lib.vkc_lua_init_with_options(request, handle)
  if result == 0 then
    local created = handle[0]
    handle[0] = nil
    -- Returning these two strings keeps them alive until after the call that reads them.
    return Context.wrap(lib, created), nil, device_name, tuning
  end
  local reason = errors.last_message(lib, nil)
  -- The library reports a missing device as an invalid argument. Here it is a failure of the
  -- machine, so that a script can ask for one device and fall back to another.
  local wanted = device_name or os.getenv("VKC_DEVICE") or ""
  if wanted ~= "" and not device.exists(lib, wanted) then
    -- The library's message numbers devices from 0.
    local count = #(device.list(lib) or {})
    if type(opts.device) == "number" and count > 0 then
      reason = ("opts.device is %d, but vk.devices() has only %d"):format(opts.device, count)
    end
    return nil, reason
  end
  return errors.failed(result, reason)
end

--- Creates a context that is independent of the default one.
-- The caller owns it. Call close() when done: the garbage collector closes it only eventually.
-- @tparam[opt] table|boolean opts a boolean is short for `{validation = …}`
-- @param[opt] opts.device index in devices(), starting at 1, or part of a device name (a string of
-- digits is an index starting at 0, as in VKC_DEVICE). Default: the environment variable
-- VKC_DEVICE, then the best device.
-- @param[opt] opts.memory_limit limit for device memory, in bytes or as "300M", "2G" or "1T".
-- Default: VKC_MEMORY_LIMIT, then most of the device's memory.
-- @tparam[opt=false] boolean opts.validation enables the Vulkan validation layer and turns its
-- messages into errors. VKC_VALIDATION=1 enables it as well; false does not override that.
-- @tparam[opt] string opts.tuning overrides for tests and measurements. Default: VKC_TUNING.
-- @tparam[opt] string opts.library path of the library. Default: VK_COMPUTE_LIB, then next to the
-- module, in its build tree and in the system's search path.
-- @treturn Context or nil and a message, also when the requested device does not exist
-- @raise when an option is unknown or has an invalid value
function vk.new(opts)
  local context, message = new_context("new", opts)
  return context, message
end

--- Creates the default context. Closes the previous default context once the new one exists.
-- @tparam[opt] table|boolean opts as for @{new}
-- @treturn Context or nil and a message; the previous default context then stays
-- @raise when an option is unknown or has an invalid value
function vk.init(opts)
  local context, message = new_context("init", opts)
  if not context then
    return nil, message
  end
  vk.shutdown()
  default = context
  return context
end

local function default_context()
  if not default then
    errors.raise("there is no default context: call vk.init() first")
  end
  return default
end

--- Uploads embeddings to the default context; see @{Context:upload_embeddings}.
-- @param embeddings n rows of dim numbers: a nested table, a flat table with opts.dim, or cdata
-- with opts.n and opts.dim
-- @tparam[opt] table opts dim, n, ids, center, type, stride
-- @treturn boolean true, or nil and a message
-- @raise when an argument is invalid, naming the row and column; when there is no default context
function vk.upload_embeddings(embeddings, opts)
  return default_context():upload_embeddings(embeddings, opts)
end

--- Computes a diversity sequence in the default context; see @{Context:diversity_sequence}.
-- @param start index (starting at 1) or id
-- @tparam[opt] table opts length, prefix
-- @treturn {id,...} opts.length items, or nil and a message
-- @raise when the start does not exist, an option is invalid, nothing was uploaded or there is no
-- default context
function vk.compute_diversity_sequence(start, opts)
  return default_context():compute_diversity_sequence(start, opts)
end

--- Computes the similarity matrix in the default context; see @{Context:compute_similarity_matrix}.
-- @treturn {{number,...},...} n rows of n cosines, both indices starting at 1; or nil and a message
-- @raise when nothing was uploaded or there is no default context
function vk.compute_similarity_matrix()
  return default_context():compute_similarity_matrix()
end

--- Closes the default context, if there is one.
function vk.shutdown()
  local context = default
  default = nil
  if context then
    context:close()
  end
end

--- Lists the available Vulkan devices.
-- Each entry has the fields index (starting at 1, for opts.device), name, driver, type ("discrete
-- GPU", "integrated GPU", "virtual GPU", "CPU" or "other"), is_default, vendor_id, device_id,
-- api_version (such as "1.3.0"), driver_version, has_int64 and memory_bytes.
-- @tparam[opt] table opts library, as for @{new}
-- @treturn {table,...} in the loader's order, or nil and a message
-- @raise when an option is unknown or has an invalid value
function vk.devices(opts)
  opts = check.options(1, "devices", opts, { "library" })
  check.text(1, "devices", "opts.library", opts.library)
  if default and default.handle and not opts.library then
    return default:devices()
  end
  local lib, message = library.load(opts.library)
  if not lib then
    return nil, message
  end
  return device.list(lib)
end

return vk
