-- SPDX-License-Identifier: MIT
-- The rockspec: luarocks builds and installs a module that finds its library.

local luaunit = require("luaunit")
local support = require("support")

local source = support.here .. "../.."

local function output_of(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo status $?"))
  local output = pipe:read("*a")
  pipe:close()
  local text, status = output:match("^(.*)status (%d+)\n$")
  return text, tonumber(status)
end

if select(2, output_of("command -v luarocks")) ~= 0 then
  print("skipped: luarocks is not installed (Debian: apt-get install luarocks)")
  os.exit(77)
end

local function rockspec_path()
  return (output_of("ls " .. source .. "/*.rockspec"):match("^(%S+)\n$"))
end

local function load_rockspec()
  local rockspec = {}
  setfenv(assert(loadfile(rockspec_path())), rockspec)()
  return rockspec
end

TestRock = {}

function TestRock.test_version()
  local rockspec = load_rockspec()
  local version = require("vk_compute").version
  luaunit.assertEquals(rockspec.version, version .. "-1")
  luaunit.assertStrContains(rockspec_path(), ("/%s-%s.rockspec"):format(rockspec.package,
    rockspec.version))
end

function TestRock.test_all_files_are_listed()
  local listed = {}
  for module, path in pairs(load_rockspec().build.install.lua) do
    luaunit.assertEquals(path, "lua/" .. module:gsub("%.", "/") .. ".lua")
    listed[#listed + 1] = path
  end
  local there = {}
  for path in output_of("cd " .. source .. " && find lua -name '*.lua'"):gmatch("%S+") do
    there[#there + 1] = path
  end
  luaunit.assertItemsEquals(listed, there)
end

function TestRock.test_luarocks_make()
  local folder = os.tmpname()
  os.remove(folder)
  local output, status = output_of(("mkdir -p %s/source && cd %s && tar cf - --exclude=./.git "
    .. "--exclude='./build*' . | tar xf - -C %s/source && cd %s/source && "
    .. "luarocks --lua-version 5.1 make --tree %s/tree"):format(folder, source, folder, folder,
    folder))
  luaunit.assertEquals(status, 0, output)

  local name = folder .. "/use.lua"
  local file = assert(io.open(name, "w"))
  file:write([[
    local vk = require("vk_compute")
    assert(vk.init())
    assert(vk.upload_embeddings({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
    print(table.concat(vk.compute_diversity_sequence(1), " "))
    print(io.open("/proc/self/maps"):read("*a"):match("%S*/libvulkan_compute[^\n]*"))]])
  file:close()
  output = output_of(("env -u VK_COMPUTE_LIB LUA_PATH='%s/tree/share/lua/5.1/?.lua' %s %s")
    :format(folder, support.luajit, name))
  os.execute("rm -r " .. folder)
  luaunit.assertEquals(output, ("1 2 3\n%s/tree/lib/lua/5.1/libvulkan_compute.so\n"):format(folder))
end

support.finish()
