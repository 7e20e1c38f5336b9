-- SPDX-License-Identifier: MIT

--- Reads and writes NumPy's .npy files, as far as embeddings need them: two
-- dimensions, float32 or float64, little-endian, C order.
--
-- All functions return nil and a message if a file is invalid or unsupported. The
-- command line program `vulkan-compute` reads many more formats.
-- @module npy

local ffi = require("ffi")

local npy = {}

local MAGIC = "\147NUMPY"
local TYPES = {
  ["<f4"] = { size = 4, array = ffi.typeof("float[?]") },
  ["<f8"] = { size = 8, array = ffi.typeof("double[?]") },
}

-- Reads the header and leaves the file at the first number.
local function read_header(file)
  local start = file:read(8)
  if not start or start:sub(1, 6) ~= MAGIC or #start < 8 then
    return nil, "is not an .npy file (it must begin with \\x93NUMPY and a version)"
  end
  local version = start:byte(7)
  if version < 1 or version > 3 then
    return nil, ("has version %d of the format; expected 1, 2 or 3"):format(version)
  end
  local digits = version == 1 and 2 or 4
  local bytes = file:read(digits) or ""
  local length = 0
  for i = #bytes, 1, -1 do
    length = length * 256 + bytes:byte(i)
  end
  local header = #bytes == digits and length < 1048576 and file:read(length)
  if not header or #header ~= length then
    return nil, "ends within its header"
  end
  return header
end

--- Reads the embeddings in a file.
-- @return float[n * dim] or double[n * dim], row-major; or nil and a message
-- @return n, the number of rows
-- @return dim, the numbers per row
function npy.read(path)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, ("cannot read the embeddings: %s"):format(message)
  end
  local function fail(reason)
    file:close()
    return nil, ("%s %s"):format(path, reason)
  end
  local header, reason = read_header(file)
  if not header then
    return fail(reason)
  end
  local descr = header:match("['\"]descr['\"]%s*:%s*['\"]([^'\"]*)['\"]")
  -- Some writers omit the byte order or write "=" for the native one.
  local kind = descr and TYPES[descr:gsub("^=?(%l)", "<%1", 1)]
  if not kind then
    return fail(("has numbers of type %s; expected '<f4' or '<f8'")
      :format(descr and "'" .. descr .. "'" or "unknown"))
  end
  if not header:find("['\"]fortran_order['\"]%s*:%s*False") then
    return fail("is in Fortran order (column by column); expected C order (row by row)")
  end
  local rows, columns = header:match("['\"]shape['\"]%s*:%s*%(%s*(%d+)%s*,%s*(%d+)%s*,?%s*%)")
  local n, dim = tonumber(rows), tonumber(columns)
  if not n or n < 1 or dim < 1 then
    return fail("does not have two dimensions of at least 1; expected one row per text")
  end
  local size = n * dim * kind.size
  if size >= 2 ^ 31 then
    return fail(("has %.0f bytes of numbers; this example reads less than 2 GiB"):format(size))
  end
  local numbers = file:read(size)
  if not numbers or #numbers ~= size then
    return fail(("ends after %d of %d bytes of numbers"):format(numbers and #numbers or 0, size))
  end
  file:close()
  local data = kind.array(n * dim)
  ffi.copy(data, numbers, size)
  return data, n, dim
end

--- Writes embeddings to a file.
-- @param path the file
-- @param data float[n * dim] or double[n * dim], row-major
-- @param n number of rows
-- @param dim numbers per row
-- @return true, or nil and a message
function npy.write(path, data, n, dim)
  local descr = ffi.istype("double[?]", data) and "<f8" or "<f4"
  local header = ("{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }"):format(descr, n,
    dim)
  -- The header ends with a line feed, and the numbers start at a multiple of 64 bytes.
  header = header .. (" "):rep(-(10 + #header + 1) % 64) .. "\n"
  local file, message = io.open(path, "wb")
  if not file then
    return nil, ("cannot write the embeddings: %s"):format(message)
  end
  local size = #header
  local written, reason = file:write(MAGIC, "\1\0", string.char(size % 256, math.floor(size / 256)),
    header, ffi.string(data, n * dim * TYPES[descr].size))
  local closed, late = file:close()
  if not (written and closed) then
    return nil, ("cannot write the embeddings: %s: %s"):format(path, reason or late)
  end
  return true
end

return npy
