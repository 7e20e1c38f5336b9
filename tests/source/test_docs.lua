-- SPDX-License-Identifier: MIT
-- The documentation compared with the sources: the paths it names exist, its links are valid, its
-- table of tuning keys matches the library, and its diagrams match their sources.

local root = assert(arg[1], "usage: test_docs.lua FOLDER")
local failures, num_checks = {}, 0

local function check(condition, ...)
  num_checks = num_checks + 1
  if not condition then
    failures[#failures + 1] = string.format(...)
  end
end

local function read(path)
  local file = assert(io.open(root .. "/" .. path))
  local text = file:read("*a")
  file:close()
  return text
end

local function lines_of(command)
  local list = {}
  local output = assert(io.popen(("cd '%s' && %s"):format(root, command)))
  for line in output:lines() do
    list[#list + 1] = line
  end
  output:close()
  return list
end

-- Whether a path, which may contain *, names an existing file. The names come from this project.
local function exists(path)
  return #lines_of(("ls -d %s 2>/dev/null"):format(path)) > 0
end

local folders = {}
for _, name in ipairs(lines_of("ls -d .ci */")) do
  folders[name:gsub("/$", "")] = true
end

-- Words such as src/api/context.c, or lua/ for a folder.
local function check_paths(page, text)
  for path in text:gmatch("[%w_.*/%-]+/[%w_.*/%-]*") do
    local folder = path:match("^([^/]+)/")
    if folders[folder] and not folder:find("^build") then
      path = path:gsub("[.]$", "")
      check(exists(path), "%s: there is no %s", page, path)
    end
  end
end

-- The anchor that GitHub gives to a heading.
local function anchors(text)
  local found = {}
  for heading in ("\n" .. text):gmatch("\n#+ ([^\n]+)") do
    found[heading:lower():gsub("[^%w _-]", ""):gsub(" ", "-")] = true
  end
  return found
end

local function check_links(page, text)
  local folder = page:match("^(.*/)") or ""
  for target in text:gmatch("%]%(([^)%s]+)%)") do
    local path, anchor = target:match("^([^#]*)#?(.*)$")
    if not target:find("^%a+:") then
      local file = path == "" and page or folder .. path
      check(exists(file), "%s: the link %s leads nowhere", page, target)
      if anchor ~= "" and exists(file) then
        check(anchors(read(file))[anchor], "%s: there is no heading for %s", page, target)
      end
    end
  end
end

for _, page in ipairs(lines_of("ls *.md docs/*.md")) do
  -- Code is not prose: the names in it belong to the reader.
  local text = read(page):gsub("\n```.-\n```", "")
  check_paths(page, text)
  check_links(page, text)
end

-- The keys in the table and those that the library reads, both sorted.
local function sorted(text, pattern)
  local list = {}
  for key in text:gmatch(pattern) do
    list[#list + 1] = key
  end
  table.sort(list)
  return table.concat(list, " ")
end

local section = read("docs/architecture.md"):match("\n## Tuning\n(.-)\n## ")
local documented = sorted(section, "\n| `([%w_]+)` |")
local keys = read("src/base/options.c"):match("keys%[%] = {(.-)\n\t};")
local known = sorted(keys, '%.name = "([%w_]+)"')
check(#known > 0 and documented == known,
  "docs/architecture.md has the tuning keys %s, but the library has %s", documented, known)

-- Graphviz writes each line of a label as a separate text.
for _, source in ipairs(lines_of("ls docs/*.dot")) do
  local text, svg = read(source), read((source:gsub("%.dot$", ".svg"))):gsub("&#45;", "-")
  check_paths(source, text)
  local num_nodes = 0
  for label in text:gmatch('label="([^"]+)"') do
    num_nodes = num_nodes + 1
    for line in (label .. "\\n"):gmatch("(.-)\\n") do
      line = line:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;")
      check(svg:find(">" .. line .. "</text>", 1, true),
        "%s has '%s', its picture has not: render it again", source, line)
    end
  end
  check(num_nodes > 0, "%s has no labels", source)
end

for _, failure in ipairs(failures) do
  io.stderr:write(failure, "\n")
end
print(("%d checks, %d failures"):format(num_checks, #failures))
os.exit(#failures == 0 and 0 or 1)
