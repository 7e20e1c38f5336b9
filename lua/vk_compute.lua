-- SPDX-License-Identifier: MIT

--- Exact cosine similarity, nearest neighbours and diversity sequences on Vulkan, from LuaJIT.
--
--     local vk = require("vk_compute")
--     assert(vk.init())
--     assert(vk.upload_embeddings({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
--     print(table.concat(vk.compute_diversity_sequence(1), " ")) --> 1 2 3
--     vk.shutdown()
--
-- The functions here work on one default context; @{new} makes contexts of your own, with more
-- methods. Numbers in arguments and results are indices into the table that was uploaded, counted
-- from 1, or the ids given for its rows.
--
-- A mistake of the caller raises, at the caller's line. What the machine lacks (no driver, no
-- memory, device lost) returns `nil, message`. Requiring the module touches no GPU and loads no
-- library; the first of init, new and devices does.
-- @module vk_compute

local has_ffi, ffi = pcall(require, "ffi")
if not has_ffi then
  error("vk_compute needs LuaJIT with its ffi library, and this is " .. _VERSION .. ": run the "
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

local default

local options = { "device", "memory_limit", "validation", "tuning", "library" }
local units = { [""] = 1, k = 2 ^ 10, m = 2 ^ 20, g = 2 ^ 30, t = 2 ^ 40 }

-- opts.device for the library, which counts devices from 0.
local function device_text(name, value)
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
  opts = check.options(1, name, opts, options)
  check.optional(1, name, "opts.validation", opts.validation, "boolean")
  check.text(1, name, "opts.tuning", opts.tuning)
  check.text(1, name, "opts.library", opts.library)
  local device_name, tuning = device_text(name, opts.device), opts.tuning
  local limit = memory_limit(name, opts.memory_limit)

  local lib, message = library.load(opts.library)
  if not lib then
    return nil, message
  end
  -- Ctrl-C raises as soon as the library has made the context: the collector then takes it.
  local handle = ffi.gc(ffi.new("VkcLuaComputeContext *[1]"), function(unused)
    lib.vkc_lua_destroy(unused[0])
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
    local made = handle[0]
    handle[0] = nil
    -- Lua strings live as long as something refers to them: these two until here, past the call.
    return Context.wrap(lib, made), nil, device_name, tuning
  end
  local sentence = errors.sentence(lib, nil)
  -- For the library this is a wrong argument, too. Here it is something that the machine lacks: a
  -- script may ask for one device, and be content with another.
  local wanted = device_name or os.getenv("VKC_DEVICE") or ""
  if wanted ~= "" and not device.exists(lib, wanted) then
    -- The library counts devices from 0.
    local count = #(device.list(lib) or {})
    if type(opts.device) == "number" and count > 0 then
      sentence = ("opts.device is %d, but vk.devices() has only %d"):format(opts.device, count)
    end
    return nil, sentence
  end
  return errors.failed(result, sentence)
end

--- Makes a context of its own, beside the default one.
-- @tparam[opt] table|boolean opts a boolean is short for `{validation = …}`
-- @param[opt] opts.device index in devices(), from 1, or a part of a device's name (a string of
-- digits counts from 0, as VKC_DEVICE does); without it the environment variable VKC_DEVICE, then
-- the best there is
-- @param[opt] opts.memory_limit bytes of device memory that may be used, or "300M", "2G", "1T";
-- without it VKC_MEMORY_LIMIT, then most of the device's
-- @tparam[opt=false] boolean opts.validation run under the Vulkan validation layer: its messages
-- become errors (VKC_VALIDATION=1 asks for it, too, and false does not take that back)
-- @tparam[opt] string opts.tuning overrides for tests and measurements (or VKC_TUNING)
-- @tparam[opt] string opts.library path of the library; without it VK_COMPUTE_LIB, then beside the
-- module and in its build tree, then the system's search path
-- @treturn Context or nil and a message
-- @raise when an option is not as said above; a device that is not there is no mistake
function vk.new(opts)
  local context, message = new_context("new", opts)
  return context, message
end

--- Makes the default context. If there is one already, it is closed once the new one is there.
-- @tparam[opt] table opts as for @{new}
-- @treturn Context or nil and a message
-- @raise when an option is not as for @{new}
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
-- @param embeddings nested table, flat table with opts.dim, or cdata with opts.n and opts.dim
-- @tparam[opt] table opts dim, n, ids, center, type, stride
-- @treturn boolean true, or nil and a message
-- @raise naming the argument, the row and the column
function vk.upload_embeddings(embeddings, opts)
  return default_context():upload_embeddings(embeddings, opts)
end

--- A diversity sequence of the default context; see @{Context:diversity_sequence}.
-- @param start index (from 1) or id
-- @tparam[opt] table opts length, prefix
-- @treturn {id,...} or nil and a message
-- @raise when there is no such item
function vk.compute_diversity_sequence(start, opts)
  return default_context():compute_diversity_sequence(start, opts)
end

--- The similarity matrix of the default context; see @{Context:compute_similarity_matrix}.
-- @treturn {{number,...},...} or nil and a message
function vk.compute_similarity_matrix()
  return default_context():compute_similarity_matrix()
end

--- Closes the default context. May be called again, and without one.
function vk.shutdown()
  local context = default
  default = nil
  if context then
    context:close()
  end
end

--- The Vulkan devices there are.
-- Each is a table with index (from 1, for opts.device), name, driver, type ("discrete GPU",
-- "integrated GPU", "virtual GPU", "CPU", "other"), is_default, vendor_id, device_id, api_version
-- ("1.3.0"), driver_version, has_int64 and memory_bytes.
-- @tparam[opt] table opts library, as for @{new}
-- @treturn {table,...} or nil and a message
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
