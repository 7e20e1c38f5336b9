-- SPDX-License-Identifier: MIT
-- Uploads embeddings of any supported form to the library.

local ffi = require("ffi")
local cdata = require("vk_compute.cdata")
local check = require("vk_compute.check")
local errors = require("vk_compute.errors")
local Ids = require("vk_compute.ids")
local matrix = require("vk_compute.matrix")
local pack = require("vk_compute.pack")

local option_names = { "dim", "n", "ids", "center", "type", "stride", "borrow" }
local largest_count = 2 ^ 32 - 1
local not_finite = ffi.cast("VkcLuaResult", "VKC_LUA_ERROR_NOT_FINITE")
local center = tonumber(ffi.cast("int", ffi.cast("VkcLuaUploadFlags", "VKC_LUA_CENTER")))
local borrow = tonumber(ffi.cast("int", ffi.cast("VkcLuaUploadFlags", "VKC_LUA_BORROW")))

-- Calls the library. Ctrl-C can raise an error right after the call, when the library already has
-- the new embeddings but Lua still has the previous size, and later results would overrun their
-- buffers. The context therefore has no size until the result of the call is known, and until then
-- it holds the numbers of both uploads.
local function replace(ctx, request, ids, source, data)
  local ids_before = ctx.ids
  ctx.ids = false
  local entry = source.borrow and ctx.borrowed:add(data, source.close) or nil
  local result = ctx.lib.vkc_lua_upload(ctx.handle, request)
  if result == 0 then
    ctx.matrix = matrix.new()
    ctx.dim = request.embedding_dim
    ctx.ids = ids -- last, because it marks the other fields as valid
    ctx.borrowed:keep_only(entry)
  else
    ctx.ids = ids_before
    ctx.borrowed:remove(entry)
  end
  return result
end

--- Uploads embeddings to a context; see Context:upload_embeddings.
-- @param name name of the public function, for messages
-- @return true, or nil and a message
return function(ctx, name, embeddings, opts)
  opts = check.options(2, name, opts, option_names)
  for _, field in ipairs({ "n", "dim" }) do
    if check.given(opts[field]) then
      check.integer(2, name, "opts." .. field, opts[field], 1, largest_count)
    end
  end
  check.optional(2, name, "opts.center", opts.center, "boolean")
  check.optional(2, name, "opts.borrow", opts.borrow, "boolean")

  local source
  if type(embeddings) == "table" then
    source = pack.source(name, embeddings, opts)
  elseif type(embeddings) == "cdata" then
    source = cdata.source(name, embeddings, opts)
  else
    errors.argument(1, name, "embeddings is %s, expected a table or cdata of numbers",
      errors.show(embeddings))
  end
  local ids = Ids.new(2, name, opts.ids, source.n)
  local request = ffi.new("VkcLuaEmbeddings", {
    struct_size = ffi.sizeof("VkcLuaEmbeddings"),
    type = source.code,
    num_embeddings = source.n,
    embedding_dim = source.dim,
    row_stride = source.stride,
    flags = (opts.center and center or 0) + (source.borrow and borrow or 0),
  })

  local data, message = source.open()
  if not data then
    return nil, message
  end
  ctx:check_open() -- a metamethod of the caller's tables may have closed it
  request.data = ffi.cast("const void *", data)
  local result = replace(ctx, request, ids, source, data)
  if result == not_finite and source.raise_not_finite then
    source.raise_not_finite()
  end
  if result ~= 0 then
    return ctx:failed(result)
  end
  return true
end
