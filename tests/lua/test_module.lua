-- SPDX-License-Identifier: MIT
-- Loading the module more than once, beside other declarations, and finding the library.

local header = require("header")
local luaunit = require("luaunit")
local support = require("support")

local quote = function(path)
  return "'" .. path .. "'"
end

-- os.execute() returns wait()'s number or, in newer builds, true.
local function shell(command)
  local outcome = os.execute(command)
  assert(outcome == 0 or outcome == true, command)
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

-- Creates a new folder, which is removed at the end of the test.
local function new_folder(test)
  local path = os.tmpname()
  os.remove(path)
  shell("mkdir " .. path)
  test.folders[#test.folders + 1] = path
  return path
end

local library = assert(os.getenv("VK_COMPUTE_LIB"), "VK_COMPUTE_LIB must name the library to test")

-- The ffi.cdef block of the original request and a use of the module, as program text.
local request = io.open(support.here .. "original_request.lua"):read("*a")
  :match("ffi%.cdef%[%[.-%]%]")
local use = [[
local vk = require("vk_compute")
assert(vk.init())
assert(vk.upload_embeddings({ { 1, 0 }, { 0, 1 }, { 1, 1 } }))
print(table.concat(vk.compute_diversity_sequence(1), " "))
vk.shutdown()
]]
local use_request = [[
local own = ffi.load(os.getenv("VK_COMPUTE_LIB"))
local ctx = own.vkc_init()
assert(ctx ~= nil)
assert(own.vkc_upload_embeddings(ctx, ffi.new("float[2]", 1, 2), 2, 1) == nil)
own.vkc_destroy(ctx)
]]
local answer = "1 2 3\n"

TestModule = {}

function TestModule:setUp()
  self.folders = {}
end

function TestModule:tearDown()
  for _, folder in ipairs(self.folders) do
    shell("rm -r " .. folder)
  end
end

local function assert_runs(expected, program, environment)
  local output, ok = support.run(environment or "", program)
  luaunit.assertEquals(output, expected)
  luaunit.assertTrue(ok)
end

function TestModule.test_require_loads_no_library()
  assert_runs("nothing\n", [[
    require("vk_compute")
    local maps = io.open("/proc/self/maps"):read("*a")
    print(maps:match("[^\n]*vulkan[^\n]*") or "nothing")]])
end

function TestModule.test_require_touches_no_globals()
  assert_runs("", [[
    setmetatable(_G, { __newindex = function(_, name) print("global " .. name) end })
    require("vk_compute")]])
end

function TestModule:test_plain_lua()
  local file = new_folder(self) .. "/a.lua"
  write(file, 'print(pcall(require, "vk_compute"))')
  local pipe = io.popen(("LUA_PATH='%s?.lua;;' lua5.4 %s 2>&1"):format(support.module, file))
  local output = pipe:read("*a")
  pipe:close()
  luaunit.assertStrContains(output, "false\tvk_compute needs LuaJIT with its ffi library, but this "
    .. "is Lua 5.4: run the script with luajit, or use the program vulkan-compute")
end

-- Shorthand for the option of that name.
function TestModule.test_a_boolean_for_the_options_is_validation()
  local program = [[
    local vk = require("vk_compute")
    assert(vk.init(false))
    assert(vk.new(false)):close()
    print(vk.init(true))]]
  assert_runs("vk_compute context\n", program)
end

function TestModule.test_loaded_twice()
  assert_runs(answer .. answer .. "[2] = 1\n", use .. [[
    local first = vk
    local ctx = assert(first.new())
    for name in pairs(package.loaded) do
      if name:find("^vk_compute") then
        package.loaded[name] = nil
      end
    end]] .. " do " .. use .. [[ assert(vk ~= first) end
    assert(ctx:upload({ { 1 }, { 2 } }))
    first, vk = nil, nil
    collectgarbage()
    print("[2] = " .. ctx:diversity_sequence(2)[2])]])
end

function TestModule.test_beside_the_declarations_of_the_original_request()
  local declare = "local ffi = require('ffi')\n" .. request .. "\n"
  assert_runs(answer, declare .. use_request .. use .. use_request)
  assert_runs(answer, use .. declare .. use_request)
  assert_runs(answer, "require('vk_compute')\n" .. declare .. use_request .. use)
end

function TestModule.test_beside_the_declarations_of_the_whole_header()
  local declare = "local ffi = require('ffi')\nffi.cdef([[" .. header.declarations() .. "]])\n"
  local use_header = "assert(ffi.load(os.getenv('VK_COMPUTE_LIB')).vkc_version() > 0)\n"
  assert_runs(answer, declare .. use_header .. use)
  assert_runs(answer, use .. declare .. use_header)
end

function TestModule:test_the_original_request()
  local folder = new_folder(self)
  shell(("ln -s %s %s/libvulkan_compute.so"):format(quote(library), folder))
  local text = io.open(support.here .. "original_request.lua"):read("*a")
  assert_runs("a sequence of 120 and a matrix of 120 x 120 are right\n", text,
    "LD_LIBRARY_PATH=" .. folder .. ":$LD_LIBRARY_PATH")
end

-- A copy of the module in another folder, with no library named: the expected output of the
-- program.
local find = [[
local vk = require("vk_compute")
local devices, message = vk.devices()
print(devices and "found" or message)]]

local function find_from(folder, prefix)
  return support.run(("cd %s; env -u VK_COMPUTE_LIB LUA_PATH='%slua/?.lua;;'"):format(folder,
    prefix or folder .. "/"), find)
end

function TestModule:test_library_beside_the_module_and_in_the_build_tree()
  for _, place in ipairs({ "lua", "build", "up/lib" }) do
    for _, relative in ipairs({ false, true }) do
      local folder = new_folder(self)
      local top = place == "up/lib" and folder .. "/up/share/lua" or folder
      shell(("mkdir -p %s %s/%s"):format(top, folder, place))
      local into = place == "up/lib" and "5.1" or "lua"
      shell(("cp -r %s %s/%s_"):format(quote(support.module), top, into))
      shell(("rm -rf %s/%s/vk_compute*; mkdir -p %s/%s"):format(top, into, top, into))
      shell(("mv %s/%s_/* %s/%s; rmdir %s/%s_"):format(top, into, top, into, top, into))
      shell(("ln -s %s %s/%s/libvulkan_compute.so"):format(quote(library), folder, place))
      local path = (relative and "./" or top .. "/") .. into .. "/?.lua"
      local output = support.run(("cd %s; env -u VK_COMPUTE_LIB LUA_PATH='%s;;'"):format(top, path),
        find .. '\nprint((io.open("/proc/self/maps"):read("*a"):find("' .. "libvulkan_compute"
        .. '"))  ~= nil)')
      luaunit.assertEquals(output, "found\ntrue\n", place .. ", " .. path)
    end
  end
end

function TestModule:test_no_library_lists_what_was_tried()
  local folder = new_folder(self)
  shell(("mkdir -p %s/deep/down/; cp -r %s %s/deep/down/lua"):format(folder, quote(support.module),
    folder))
  local output = find_from(folder .. "/deep/down")
  if output == "found\n" then
    luaunit.skip("the library is installed in the system's search path")
  end
  luaunit.assertStrContains(output, "the library libvulkan_compute.so could not be loaded; give "
    .. "its path as opts.library or in VK_COMPUTE_LIB, or install it. Tried:")
  for _, place in ipairs({ "", "../build/", "../../../lib/lua/5.1/", "../../../lib/" }) do
    luaunit.assertStrContains(output, ("\n  %s/deep/down/lua/%slibvulkan_compute.so (relative to "
      .. "the Lua module): "):format(folder, place))
  end
  luaunit.assertStrContains(output, "\n  vulkan_compute (system's search path): ")
  luaunit.assertStrContains(output, "No such file or directory")
end

function TestModule.test_a_place_that_is_named_is_taken_at_its_word()
  local output = support.run("VK_COMPUTE_LIB=/nowhere/a.so", find)
  luaunit.assertStrContains(output, "Tried:\n  /nowhere/a.so (VK_COMPUTE_LIB): "
    .. "cannot open shared object file: No such file or directory")
  output = support.run("", [[
    local vk = require("vk_compute")
    local ctx, message = vk.new({ library = "/nowhere/b.so" })
    print(ctx, message)
    print((vk.new({ library = os.getenv("VK_COMPUTE_LIB") })))]])
  luaunit.assertStrContains(output, "nil\tthe library")
  luaunit.assertStrContains(output, "\n  /nowhere/b.so (opts.library): ")
  luaunit.assertStrContains(output, "\nvk_compute context\n")
end

function TestModule.test_another_library()
  local output = support.run("VK_COMPUTE_LIB=libm.so.6", find)
  luaunit.assertStrContains(output, "\n  libm.so.6 (VK_COMPUTE_LIB): "
    .. "is not the vulkan_compute library")
end

function TestModule:test_a_library_of_another_version()
  local folder = new_folder(self)
  write(folder .. "/a.c", "unsigned vkc_version(void) { return 12034056; }\n")
  shell(("%s -shared -fPIC -o %s/a.so %s/a.c"):format(os.getenv("VKC_CC") or "cc", folder, folder))
  local output = support.run("VK_COMPUTE_LIB=" .. folder .. "/a.so", find)
  luaunit.assertStrContains(output, folder .. "/a.so (VK_COMPUTE_LIB): is version "
    .. "12.34.56, this module needs " .. require("vk_compute").version)
end

function TestModule.test_no_driver()
  local output = support.run("VK_DRIVER_FILES=/nowhere.json VK_ICD_FILENAMES=/nowhere.json", [[
    local vk = require("vk_compute")
    local ctx, message = vk.init()
    assert(ctx == nil and #message > 20, "a context without a driver")
    assert(message == select(2, vk.init({ device = 1 })), "another reason")
    print(message)]])
  luaunit.assertStrContains(output, "mesa-vulkan-drivers")
  luaunit.assertStrContains(output, "VK_DRIVER_FILES='/nowhere.json'")
end

support.finish()
