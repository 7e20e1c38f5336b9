-- SPDX-License-Identifier: MIT
-- Reads embeddings from cdata (float *, double *, float[?], …) in place.

local ffi = require("ffi")
local check = require("vk_compute.check")
local ctype = require("vk_compute.ctype")
local errors = require("vk_compute.errors")

local cdata = {}

-- Keyed by LuaJIT's name of the element type. C has no type for half floats, so opts.type must say
-- that uint16_t holds them.
local types = {
  ["float"] = { name = "float32", pointer = "const float *", size = 4, code = 0 },
  ["double"] = { name = "float64", pointer = "const double *", size = 8, code = 1 },
  ["unsigned short"] = { name = "float16", pointer = "const uint16_t *", size = 2, code = 2 },
}

-- Finds the first number that is not finite. Returns its row and column, starting at 1, and value.
local function first_not_finite(kind, value, n, dim, stride)
  local bytes = ffi.cast("const char *", value)
  for i = 1, n do
    local row = ffi.cast(kind.pointer, bytes + (i - 1) * stride)
    for j = 1, dim do
      local x = row[j - 1]
      if kind.name == "float16" then -- an exponent of all ones means infinity or nan
        local exponent, fraction = math.floor(x / 1024) % 32, x % 1024
        local special = fraction ~= 0 and 0 / 0 or (x >= 32768 and -1 / 0 or 1 / 0)
        x = exponent == 31 and special or 0
      end
      if x - x ~= 0 then
        return i, j, x
      end
    end
  end
end

local function checked_stride(name, opts, kind, dim)
  local row = dim * kind.size
  if not check.given(opts.stride) then
    return row
  end
  local stride = check.integer(2, name, "opts.stride", opts.stride, row, 2 ^ 53)
  if stride % kind.size ~= 0 then
    errors.argument(2, name, "opts.stride is %.0f, expected a multiple of the %d bytes of a number",
      stride, kind.size)
  end
  return stride
end

-- Determines the element type from the cdata and opts.type. Also returns its description by
-- ctype.array.
local function checked_type(name, embeddings, opts)
  local array = ctype.array(embeddings)
  local kind = array and types[array.element]
  if not kind then
    errors.argument(1, name, "embeddings is a '%s', expected floats or doubles: a pointer to them "
      .. "or an array", ctype.name(embeddings))
  elseif not check.given(opts.type) and kind.name == "float16" then
    errors.argument(1, name, "embeddings holds 16-bit integers; if they are half floats, say "
      .. 'opts.type = "float16"')
  elseif check.given(opts.type) and not rawequal(opts.type, kind.name) then
    errors.argument(2, name, 'opts.type is %s, but embeddings holds "%s"', errors.show(opts.type),
      kind.name)
  elseif embeddings == nil then
    errors.argument(1, name, "embeddings is a NULL pointer")
  end
  return kind, array
end

--- Describes cdata as a source of embeddings; see pack.source. The source also has
-- raise_not_finite(), which raises an error for the first number that is not finite.
function cdata.source(name, embeddings, opts)
  local kind, array = checked_type(name, embeddings, opts)
  for _, field in ipairs({ "n", "dim" }) do
    if not check.given(opts[field]) then
      errors.argument(2, name, "opts.%s is missing: embeddings is cdata, which does not say how "
        .. "many %s there are", field, field == "n" and "rows" or "numbers in a row")
    end
  end
  local n, dim = opts.n, opts.dim
  local stride = checked_stride(name, opts, kind, dim)
  local needed = (n - 1) * stride + dim * kind.size
  if array.bytes and array.bytes < needed then
    errors.argument(1, name, "embeddings holds %.0f bytes, but %.0f rows of %.0f numbers take %.0f",
      array.bytes, n, dim, needed)
  end

  return {
    n = n,
    dim = dim,
    stride = stride,
    code = kind.code,
    -- A reference to a pointer, or to a part of a struct, does not keep the numbers themselves.
    borrow = opts.borrow or (opts.borrow == nil and array.owned),
    open = function()
      return embeddings
    end,
    close = function() end,
    -- The library's message counts rows and columns from 0; this one counts from 1.
    raise_not_finite = function()
      local i, j, x = first_not_finite(kind, embeddings, n, dim, stride)
      if i then
        errors.argument(1, name, "embeddings is %s at row %d, column %d", errors.show(x), i, j)
      end
    end,
  }
end

return cdata
