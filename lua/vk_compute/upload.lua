-- SPDX-License-Identifier: MIT
-- Embeddings of any accepted shape into the library.

local ffi = require("ffi")
local cdata = require("vk_compute.cdata")
local check = require("vk_compute.check")
local errors = require("vk_compute.errors")
local Ids = require("vk_compute.ids")
local matrix = require("vk_compute.matrix")
local pack = require("vk_compute.pack")

local options = { "dim", "n", "ids", "center", "type", "stride" }
local largest_count = 2 ^ 32 - 1
local not_finite = ffi.cast("VkcLuaResult", "VKC_LUA_ERROR_NOT_FINITE")

-- The library's upload. Ctrl-C raises at the first Lua instruction after it, when the library has
-- the new embeddings and Lua still the size of those before: a buffer of the old size would then be
-- overrun. So a context has no size from before the call until its answer is known.
local function replace(ctx, request, ids)
  local ids_before = ctx.ids
  ctx.ids = false
  local result = ctx.lib.vkc_lua_upload(ctx.handle, request)
  if result == 0 then
    ctx.matrix = matrix.new()
    ctx.dim = request.embedding_dim
    ctx.ids = ids -- last: with it the others are valid
  else
    ctx.ids = ids_before
  end
  return result
end

--- Uploads; returns true, or nil and a message.
-- @param name of the public function, for messages
return function(ctx, name, embeddings, opts)
  opts = check.options(2, name, opts, options)
  for _, field in ipairs({ "n", "dim" }) do
    if check.given(opts[field]) then
      check.integer(2, name, "opts." .. field, opts[field], 1, largest_count)
    end
  end
  check.optional(2, name, "opts.center", opts.center, "boolean")

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
    flags = opts.center and 1 or 0,
  })

  local data, message = source.open()
  if not data then
    return nil, message
  end
  ctx:check_open() -- a metatable's function may have closed it
  request.data = data
  local result = replace(ctx, request, ids)
  source.close(data)
  if result == not_finite and source.blame then
    source.blame()
  end
  if result ~= 0 then
    return ctx:failed(result)
  end
  return true
end
