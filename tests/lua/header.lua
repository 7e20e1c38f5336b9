-- SPDX-License-Identifier: MIT
-- Reads C declarations: those of vulkan_compute.h, and those in the module's cdef.

local support = require("support")

local header = {}

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("*a")
  file:close()
  return text
end

header.path = support.here .. "../../include/vulkan_compute.h"

-- Normalises white space, so that two spellings of a declaration become one: one space between
-- words, none around punctuation.
local function canonical(text)
  text = text:gsub("%s+", " "):gsub(" ?([%*%(%),;={}%[%]]) ?", "%1")
  return (text:gsub("^ ", ""):gsub(" $", ""))
end

--- The declarations in the header, in a form for LuaJIT or a C parser without preprocessor.
function header.declarations()
  local text = read(header.path):gsub("/%*.-%*/", " ")
  text = ("\n" .. text):gsub("\\\n", " "):gsub("\n%s*#[^\n]*", "\n")
  text = text:gsub('extern "C" {', ""):gsub("VKC_API ", "")
  return (text:gsub("}%s*$", "")) -- the brace that closes extern "C"
end

--- The declarations in the module's cdef in terms of the header, and a table that maps each of its
-- functions to its symbol.
function header.cdef()
  local text = read(support.module .. "vk_compute/cdef.lua"):match("%[%[(.*)%]%]")
  text = text:gsub("/%*.-%*/", " ")
  local symbols = {}
  text = text:gsub('(vkc_lua_[%w_]+)(%b())%s*__asm__%("([%w_]+)"%)', function(name, list, symbol)
    symbols[name] = symbol
    return name .. list
  end)
  text = text:gsub("vkc_lua_", "vkc_"):gsub("VKC_LUA_", "VKC_")
  text = text:gsub("VkcLuaComputeContext", "VkComputeContext"):gsub("VkcLua", "Vkc")
  return text, symbols
end

--- What a text declares: enums and structs as arrays of { name, members }, functions by name.
-- A member of an enum is { name, value }, of a struct { name, declaration }.
function header.parse(text)
  local found = { enums = {}, structs = {}, opaque = {}, functions = {} }
  text = text:gsub("typedef enum (%w+)%s*(%b{})%s*(%w+);", function(tag, body, name)
    assert(tag == name)
    local members = {}
    for member, value in body:gmatch("([%w_]+)%s*=%s*(%-?%d+)") do
      members[#members + 1] = { member, tonumber(value) }
    end
    found.enums[#found.enums + 1] = { name, members }
    return ""
  end)
  text = text:gsub("typedef struct (%w+)%s*(%b{})%s*(%w+);", function(tag, body, name)
    assert(tag == name)
    local members = {}
    for declaration in body:gmatch("([^;{}]+);") do
      members[#members + 1] = { declaration:match("([%w_]+)[%[%]%d]*%s*$"), canonical(declaration) }
    end
    found.structs[#found.structs + 1] = { name, members }
    return ""
  end)
  text = text:gsub("typedef struct (%w+) (%w+);", function(tag, name)
    assert(tag == name)
    found.opaque[#found.opaque + 1] = name
    return ""
  end)
  text = text:gsub("([%w_ \n%*]-)([%w_]+)%s*(%b());", function(result, name, arguments)
    found.functions[name] = { canonical(result), canonical(arguments) }
    return ""
  end)
  assert(not text:find("%S"), "not understood: " .. text)
  return found
end

return header
