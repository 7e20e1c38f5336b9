-- SPDX-License-Identifier: MIT
-- Buffers: cdata from LuaJIT's collector for results, malloc for what one call needs.

local ffi = require("ffi")
require("vk_compute.cdef")

local memory = {}

--- LuaJIT keeps the size of a cdata in 31 bits.
memory.largest = 2 ^ 31 - 1

--- table.new(array, hash) of LuaJIT 2.1; without it tables grow as they are filled.
local has_new, new = pcall(require, "table.new")
memory.table = has_new and new or function()
  return {}
end

--- A buffer the collector frees when nothing refers to it any more; or nil and a message.
-- @param kind "float[?]" or another array type
-- @param count number of elements
-- @param size bytes of one
function memory.collected(kind, count, size)
  if count * size <= memory.largest then
    local ok, buffer = pcall(ffi.new, kind, count)
    if ok then
      return buffer
    end
  end
  return nil, ("not enough memory for %.0f bytes of results"):format(count * size)
end

-- MADV_HUGEPAGE of Linux, and the size of a huge page on most machines.
local advise_huge, huge_page = 14, 2 ^ 21

-- The address of new memory, NULL when there is none. A large packed table is written once and
-- read once: with pages of 4 KiB the kernel would take longer to hand them over than it takes to
-- fill them.
local function allocate(bytes)
  if ffi.os ~= "Linux" or bytes < huge_page then
    return ffi.C.vkc_lua_malloc(bytes)
  end
  local address = ffi.new("void *[1]")
  if ffi.C.vkc_lua_posix_memalign(address, huge_page, bytes) ~= 0 then
    return nil
  end
  -- Only advice: a kernel without huge pages refuses it, and the memory is as good.
  ffi.C.vkc_lua_madvise(address[0], bytes - bytes % huge_page, advise_huge)
  return address[0]
end

--- A buffer of any size for one call, to be given back with memory.release; nil and a message when
-- there is none. The collector frees it too, when an error is raised in between.
-- @param kind pointer type, such as "float *"
function memory.borrow(kind, bytes)
  local address = allocate(bytes)
  if address == nil then
    return nil, ("not enough memory to pack %.0f bytes of embeddings"):format(bytes)
  end
  return ffi.gc(ffi.cast(kind, address), ffi.C.vkc_lua_free)
end

--- Gives a borrowed buffer back now.
function memory.release(buffer)
  ffi.C.vkc_lua_free(ffi.gc(buffer, nil))
end

return memory
