-- SPDX-License-Identifier: MIT

--- Reads a page of HTML strictly enough to find its errors: unclosed tags, unescaped
-- characters, attributes without quotes, references to missing ids.
-- @module html

local html = {}

local VOID = { meta = true, link = true, img = true, br = true, hr = true, input = true }
local ENTITIES = { ["&amp;"] = "&", ["&lt;"] = "<", ["&gt;"] = ">", ["&quot;"] = '"',
  ["&#39;"] = "'" }

local function unescape(text, problems)
  return (text:gsub("&[^;%s]*;?", function(entity)
    if not ENTITIES[entity] then
      problems[#problems + 1] = "not an entity: " .. entity
    end
    return ENTITIES[entity]
  end))
end

local function read_attributes(source, problems)
  local attributes = {}
  local rest = source:gsub('%s+([%a-]+)="([^"]*)"', function(name, value)
    if attributes[name] then
      problems[#problems + 1] = "attribute twice: " .. name
    end
    attributes[name] = unescape(value, problems)
    return ""
  end)
  if rest:find("%S") then
    problems[#problems + 1] = "not an attribute: " .. rest
  end
  return attributes
end

local function check_references(page)
  local problems = page.problems
  for _, element in ipairs(page.elements) do
    for _, name in ipairs({ "aria-labelledby", "for" }) do
      local id = element.attributes[name]
      if id and not page.ids[id] then
        problems[#problems + 1] = ("%s names the id %s, which is not there"):format(name, id)
      end
    end
    local fragment = (element.attributes.href or ""):match("^#(.*)")
    if fragment and not page.ids[fragment] then
      problems[#problems + 1] = "no id for the link #" .. fragment
    end
  end
end

--- Reads a page.
-- @return a table: `elements` (name, attributes, text), `ids`, `problems` (sentences)
function html.read(source)
  local page = { elements = {}, ids = {}, problems = {} }
  local problems, open = page.problems, {}
  local body, doctypes = source:gsub("^<!DOCTYPE html>\n", "")
  if doctypes ~= 1 then
    problems[#problems + 1] = "no <!DOCTYPE html>"
  end
  body = body:gsub("<style>.-</style>", "")
  local at = 1
  while at <= #body do
    local first, last, slash, name, rest = body:find("<(/?)(%a[%w]*)([^<>]*)>", at)
    local text = body:sub(at, (first or #body + 1) - 1)
    if text:find("[<>]") then
      problems[#problems + 1] = "not escaped: " .. text
    end
    local plain = unescape(text, problems)
    for _, element in ipairs(open) do
      element.text = element.text .. plain
    end
    if not first then
      break
    end
    if slash == "/" then
      local element = table.remove(open)
      if not element or element.name ~= name then
        problems[#problems + 1] = ("</%s> closes <%s>"):format(name, element and element.name or "")
      end
    else
      local element = { name = name, text = "", attributes = read_attributes(rest, problems) }
      page.elements[#page.elements + 1] = element
      local id = element.attributes.id
      if id and page.ids[id] then
        problems[#problems + 1] = "id twice: " .. id
      elseif id then
        page.ids[id] = element
      end
      if not VOID[name] then
        open[#open + 1] = element
      end
    end
    at = last + 1
  end
  for _, element in ipairs(open) do
    problems[#problems + 1] = "never closed: <" .. element.name .. ">"
  end
  check_references(page)
  return page
end

--- The elements with a given name.
function html.all(page, name)
  local result = {}
  for _, element in ipairs(page.elements) do
    if element.name == name then
      result[#result + 1] = element
    end
  end
  return result
end

return html
