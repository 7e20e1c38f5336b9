-- SPDX-License-Identifier: MIT
-- Checks Lua tables of numbers and packs them into one buffer.
--
-- A single fast pass does both; LuaJIT compiles it to a loop limited by memory bandwidth. A second,
-- slow pass examines only a row that the fast pass rejects, to report the exact error and position.

local check = require("vk_compute.check")
local errors = require("vk_compute.errors")
local memory = require("vk_compute.memory")

local pack = {}

-- A number whose square is at most this is finite as a float. The slow pass checks larger ones.
local largest_square = 1.15e77

-- The smallest float with full 24-bit precision. A row keeps its direction as floats if it has a
-- number of at least this size; a row of only smaller numbers may lose it.
local smallest_float = 2 ^ -126

-- Stores values[base + 1 … base + dim] at target[1 … dim]. Returns false if one of them is not a
-- finite number.
local function store_doubles(target, values, base, dim)
  for j = 1, dim do
    local x = values[base + j]
    if type(x) ~= "number" or x - x ~= 0 then
      return false
    end
    target[j] = x
  end
  return true
end

-- Same as store_doubles, for floats. Also returns false if a number may be too large, or if all may
-- be too small. Separate function, because LuaJIT specialises a loop for one element type.
local function store_floats(target, values, base, dim)
  local largest = 0
  for j = 1, dim do
    local x = values[base + j]
    if type(x) ~= "number" or not (x * x <= largest_square) then
      return false
    end
    largest = math.max(largest, x * x)
    target[j] = x
  end
  return largest >= smallest_float ^ 2
end

-- The values of opts.type.
local types = {
  float32 = { pointer = "float *", size = 4, store = store_floats, code = 0 },
  float64 = { pointer = "double *", size = 8, store = store_doubles, code = 1 },
}

-- Stores a row of either type and raises an error for a number that cannot be stored.
-- where(j) returns the name of number j for the message.
local function store_slow(name, target, values, base, dim, where)
  local lost, largest = nil, 0
  for j = 1, dim do
    local x = values[base + j]
    if type(x) ~= "number" then
      errors.argument(1, name, "%s is %s, expected a number", where(j), errors.show(x))
    elseif x - x ~= 0 then
      errors.argument(1, name, "%s is %s", where(j), errors.show(x))
    end
    target[j] = x
    if target[j] - target[j] ~= 0 then
      errors.argument(1, name, "%s is %s, which is too large for a 32-bit float; opts.type = "
        .. '"float64" keeps it', where(j), errors.show(x))
    end
    largest = math.max(largest, math.abs(x))
    lost = lost or target[j] ~= x and j
  end
  if lost and largest < smallest_float then
    errors.argument(1, name, "%s is %s, and no number of its row is large enough for the precision "
      .. 'of a 32-bit float (1.2e-38 is); opts.type = "float64" keeps them', where(lost),
      errors.show(values[base + lost]))
  end
end

-- Returns the number of rows of a nested table and the numbers per row.
local function nested_shape(name, rows, opts)
  local n = check.list(1, name, "embeddings", rows)
  if opts.n and opts.n ~= n then
    errors.argument(2, name, "opts.n is %d, but embeddings has %d rows", opts.n, n)
  end
  local dim = opts.dim
  for i = 1, n do
    local row = rows[i]
    if type(row) ~= "table" then
      errors.argument(1, name, "embeddings[%d] is %s, expected a table of numbers", i,
        errors.show(row))
    end
    local length = table.maxn(row) -- not #, which may stop at a hole; storing reports the hole
    if debug.getmetatable(row) then
      check.proxy(1, name, ("embeddings[%d]"):format(i), row, length)
    end
    if length == 0 then
      errors.argument(1, name, "embeddings[%d] is empty", i)
    elseif length ~= (dim or length) then
      errors.argument(1, name, "embeddings[%d] has %.14g numbers, expected %d as %s", i, length,
        dim, opts.dim and "opts.dim says" or "in embeddings[1]")
    end
    dim = dim or check.list(1, name, "embeddings[1]", row)
  end
  return n, dim
end

local function flat_shape(name, values, opts)
  local count = check.list(1, name, "embeddings", values)
  local dim = opts.dim
  if not dim then
    errors.argument(2, name, "opts.dim is missing: embeddings is a flat table, which does not say "
      .. "how many numbers make a row")
  elseif count % dim ~= 0 then
    errors.argument(1, name, "embeddings has %d numbers, which do not make whole rows of %d", count,
      dim)
  elseif opts.n and opts.n * dim ~= count then
    errors.argument(2, name, "opts.n is %d, but embeddings has %d rows of %d", opts.n, count / dim,
      dim)
  end
  local hole = check.hole(values, count)
  if hole and hole < count then
    errors.argument(1, name, "embeddings[%d] (row %d, column %d) is nil, expected a number", hole,
      math.ceil(hole / dim), (hole - 1) % dim + 1)
  end
  return count / dim, dim
end

--- Describes a table of embeddings, without reading its numbers. Raises an error if its shape or an
-- option is invalid.
-- @param name name of the public function, for messages
-- @return a source: n, dim, stride (bytes, 0 for packed rows), code (the library's number type),
-- open(), which returns the packed data or nil and a message, and close(data), which releases it
function pack.source(name, embeddings, opts)
  if check.given(opts.stride) then
    errors.argument(2, name, "opts.stride is for cdata; a table has none")
  elseif check.given(opts.borrow) then
    errors.argument(2, name, "opts.borrow is for cdata; a table is always converted")
  end
  local kind = types.float64
  if check.given(opts.type) then
    kind = types[opts.type]
  end
  if not kind then
    errors.argument(2, name, 'opts.type is %s, expected "float32" or "float64" for a table',
      errors.show(opts.type))
  end
  if next(embeddings) == nil then
    check.proxy(1, name, "embeddings", embeddings, 0)
    errors.argument(1, name, "embeddings is empty")
  elseif check.given(rawget(embeddings, 0)) then
    errors.argument(1, name, "embeddings[0] is there, but rows count from 1")
  elseif table.maxn(embeddings) == 0 then
    errors.argument(1, name, "embeddings has no rows: embeddings[1] is nil")
  end

  local flat = type(embeddings[1]) == "number"
  local n, dim = (flat and flat_shape or nested_shape)(name, embeddings, opts)

  local function open()
    local buffer, message = memory.allocated(kind.pointer, n * dim * kind.size)
    if not buffer then
      return nil, message
    end
    for i = 1, n do
      local target = buffer + ((i - 1) * dim - 1)
      local values, base = embeddings[i], 0
      if flat then
        values, base = embeddings, (i - 1) * dim
      end
      if not kind.store(target, values, base, dim) then
        store_slow(name, target, values, base, dim, function(j)
          if flat then
            return ("embeddings[%d] (row %d, column %d)"):format(base + j, i, j)
          end
          return ("embeddings[%d][%d]"):format(i, j)
        end)
      end
    end
    return buffer
  end

  return {
    n = n,
    dim = dim,
    stride = 0,
    code = kind.code,
    borrow = true,
    open = open,
    close = memory.release,
  }
end

return pack
