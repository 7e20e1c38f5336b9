-- SPDX-License-Identifier: MIT
-- Allocates buffers: garbage-collected cdata for results, malloc for the numbers of tables.

local ffi = require("ffi")
require("vk_compute.cdef")

local memory = {}

--- The largest cdata, in bytes. LuaJIT stores the size in 31 bits.
memory.max_cdata = 2 ^ 31 - 1

--- table.new(array, hash) of LuaJIT 2.1. Without it, tables grow as they are filled.
local has_new, new = pcall(require, "table.new")
memory.table = has_new and new or function()
  return {}
end

--- Returns a garbage-collected buffer, or nil and a message.
-- @param kind "float[?]" or another array type
-- @param count number of elements
-- @param size bytes per element
function memory.collected(kind, count, size)
  if count * size <= memory.max_cdata then
    local ok, buffer = pcall(ffi.new, kind, count)
    if ok then
      return buffer
    end
  end
  return nil, ("not enough memory for %.0f bytes of results"):format(count * size)
end

-- MADV_HUGEPAGE of Linux, and the size of a huge page on most machines.
local advise_huge, huge_page = 14, 2 ^ 21

-- Returns the address of new memory, or nil. Uses huge pages for large buffers: a packed table is
-- written once and read once, and mapping it in 4 KiB pages takes longer than filling it.
local function allocate(bytes)
  if ffi.os ~= "Linux" or bytes < huge_page then
    return ffi.C.vkc_lua_malloc(bytes)
  end
  local address = ffi.new("void *[1]")
  if ffi.C.vkc_lua_posix_memalign(address, huge_page, bytes) ~= 0 then
    return nil
  end
  -- Only advice: without huge pages the call fails, and the memory is usable all the same.
  ffi.C.vkc_lua_madvise(address[0], bytes - bytes % huge_page, advise_huge)
  return address[0]
end

--- Returns a buffer of any size, or nil and a message. Release it with memory.release; if it is
-- unreferenced before that, the garbage collector frees it.
-- @param kind pointer type, such as "float *"
function memory.allocated(kind, bytes)
  local address = allocate(bytes)
  if address == nil then
    return nil, ("not enough memory to pack %.0f bytes of embeddings"):format(bytes)
  end
  return ffi.gc(ffi.cast(kind, address), ffi.C.vkc_lua_free)
end

--- Frees a buffer from memory.allocated.
function memory.release(buffer)
  ffi.C.vkc_lua_free(ffi.gc(buffer, nil))
end

return memory
