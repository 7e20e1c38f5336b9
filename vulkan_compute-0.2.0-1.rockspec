-- SPDX-License-Identifier: MIT
-- In the source folder: luarocks make
-- Builds the library with CMake and installs it with the Lua module, which finds it beside itself.
rockspec_format = "3.0"
package = "vulkan_compute"
version = "0.2.0-1"
source = {
  url = "file://vulkan_compute-0.2.0.tar.gz",
}
description = {
  summary = "Cosine similarity, nearest neighbours and exact diversity sequences on Vulkan",
  detailed = [[
A C library and its LuaJIT module. For embeddings of texts or anything else: the similarity matrix,
the k nearest of each, and the order in which to read everything so that each next item is as far as
possible from those before. Exact: every Vulkan driver gives the same bytes.]],
  license = "MIT",
}
dependencies = {
  "lua == 5.1", -- as LuaJIT; needs its ffi library
}
supported_platforms = { "linux" }
build = {
  type = "command",
  build_command = "cmake -S . -B build.luarocks -DCMAKE_BUILD_TYPE=Release -DVKC_BUILD_TESTS=OFF"
    .. " -DVKC_BUILD_CLI=OFF && cmake --build build.luarocks --target vulkan_compute"
    .. " --parallel `nproc`",
  install = {
    lua = {
      ["vk_compute"] = "lua/vk_compute.lua",
      ["vk_compute.borrowed"] = "lua/vk_compute/borrowed.lua",
      ["vk_compute.calls"] = "lua/vk_compute/calls.lua",
      ["vk_compute.cdata"] = "lua/vk_compute/cdata.lua",
      ["vk_compute.cdef"] = "lua/vk_compute/cdef.lua",
      ["vk_compute.check"] = "lua/vk_compute/check.lua",
      ["vk_compute.context"] = "lua/vk_compute/context.lua",
      ["vk_compute.ctype"] = "lua/vk_compute/ctype.lua",
      ["vk_compute.device"] = "lua/vk_compute/device.lua",
      ["vk_compute.errors"] = "lua/vk_compute/errors.lua",
      ["vk_compute.ids"] = "lua/vk_compute/ids.lua",
      ["vk_compute.library"] = "lua/vk_compute/library.lua",
      ["vk_compute.matrix"] = "lua/vk_compute/matrix.lua",
      ["vk_compute.memory"] = "lua/vk_compute/memory.lua",
      ["vk_compute.neighbors"] = "lua/vk_compute/neighbors.lua",
      ["vk_compute.pack"] = "lua/vk_compute/pack.lua",
      ["vk_compute.sequences"] = "lua/vk_compute/sequences.lua",
      ["vk_compute.similarity"] = "lua/vk_compute/similarity.lua",
      ["vk_compute.upload"] = "lua/vk_compute/upload.lua",
    },
    lib = {
      libvulkan_compute = "build.luarocks/libvulkan_compute.so",
    },
  },
}
