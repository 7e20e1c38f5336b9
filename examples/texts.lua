-- SPDX-License-Identifier: MIT

--- Reads texts from files in the format of fortune(6), where a line with only `%`
-- separates two texts, and from folders of .txt files.
--
-- All read functions return a list of texts, each a table with `text` (UTF-8 without
-- control characters) and `source` (the path of its file), or nil and a message.
-- @module texts

local ffi = require("ffi")
local shell = require("shell")
local unicode = require("unicode")

local texts = {}

-- The characters that result from printing a mark and a letter in the same cell.
local OVERSTRIKES = {
  ["'"] = { a = "á", e = "é", i = "í", o = "ó", u = "ú", A = "Á", E = "É" },
  ["`"] = { a = "à", e = "è", i = "ì", o = "ò", u = "ù", A = "À", E = "È" },
  ["^"] = { a = "â", e = "ê", i = "î", o = "ô", u = "û" },
  ['"'] = { a = "ä", e = "ë", i = "ï", o = "ö", u = "ü", A = "Ä", O = "Ö", U = "Ü" },
  ["~"] = { a = "ã", n = "ñ", o = "õ", N = "Ñ" },
  [","] = { c = "ç", C = "Ç" },
}

local function overstrike(below, above)
  if below == nil or below == " " then
    return above
  elseif above == "_" or above == " " then
    return below
  end
  local marked = OVERSTRIKES[below] or OVERSTRIKES[above]
  return marked and (marked[above] or marked[below]) or above
end

-- Renders a line like a printer: a backspace moves back one cell, and the next
-- character is printed over the existing one.
local function print_line(line, codes)
  local count = unicode.decode(line, codes)
  local cells, column = {}, 1
  for i = 0, count - 1 do
    if codes[i] == 8 then
      column = math.max(column - 1, 1)
    else
      cells[column] = overstrike(cells[column], unicode.char(codes[i]))
      column = column + 1
    end
  end
  return table.concat(cells)
end

--- Normalises a text: converts it to UTF-8 and line ends to "\n", resolves
-- overstrikes, and removes other control characters and surrounding empty lines.
function texts.clean(text)
  text = text:gsub("\r\n?", "\n")
  local codes = ffi.new("int32_t[?]", #text + 1)
  local count, valid = unicode.decode(text, codes)
  if not valid then
    local parts = {}
    for i = 0, count - 1 do
      parts[i + 1] = unicode.char(codes[i])
    end
    text = table.concat(parts)
  end
  if text:find("\b", 1, true) then
    text = text:gsub("[^\n]*\b[^\n]*", function(line)
      return print_line(line, codes)
    end)
  end
  text = text:gsub("[%z\1-\8\11-\31\127]", ""):gsub("\194[\128-\159]", "")
  return (text:gsub("^%s*\n", ""):gsub("%s+$", ""))
end

--- Returns the first line of a text with a letter or digit, cut to `width` characters.
function texts.title(text, width)
  local line = text:match("[^\n]*[%w\128-\255][^\n]*") or text:match("%S[^\n]*") or ""
  line = line:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  local codes = ffi.new("int32_t[?]", #line + 1)
  local count = unicode.decode(line, codes)
  if count <= width then
    return line
  end
  local parts = {}
  for i = 0, width - 2 do
    parts[i + 1] = unicode.char(codes[i])
  end
  return (table.concat(parts):gsub("%s+$", "")) .. "…"
end

local function read_whole(path)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, ("cannot read the texts: %s"):format(message)
  end
  local content, reason = file:read("*a")
  file:close()
  if not content then
    return nil, ("cannot read the texts: %s: %s"):format(path, reason or "not a file")
  end
  return (content:gsub("^\239\187\191", "")) -- removes a byte order mark
end

-- Returns the paths that `find` lists, in byte order.
local function list_files(folder, conditions)
  local quoted = shell.quote(folder)
  if folder:sub(1, 1) == "-" then
    quoted = "./" .. quoted
  end
  local pipe = io.popen(("find -L %s -maxdepth 1 -type f %s -print0"):format(quoted, conditions))
  local paths = {}
  for path in pipe:read("*a"):gmatch("[^%z]+") do
    paths[#paths + 1] = path
  end
  pipe:close()
  table.sort(paths)
  return paths
end

-- Opens "." in the path, which exists only in a folder. Opening the path itself could
-- block on a pipe.
local function is_folder(path)
  local file = io.open(path .. "/.", "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

-- The folders of fortunes in Debian, Fedora and Arch.
local FORTUNES = { "/usr/share/games/fortunes", "/usr/share/games/fortune", "/usr/share/fortune" }

--- Returns the folder of the installed fortunes, or Debian's if none are installed.
function texts.fortunes_folder()
  for _, folder in ipairs(FORTUNES) do
    if is_folder(folder) then
      return folder
    end
  end
  return FORTUNES[1]
end

local function append_split(list, content, source)
  -- The leading line feed makes the pattern match a separator in the first line.
  content = "\n" .. content:gsub("\r\n?", "\n") .. "\n%\n"
  local at = 1
  while true do
    local first, last = content:find("\n%%[ \t]*%f[\n]", at)
    if not first then
      return
    end
    local text = texts.clean(content:sub(at, first - 1))
    if text ~= "" then
      list[#list + 1] = { text = text, source = source }
    end
    at = last + 1
  end
end

--- Reads the texts in one file, separated by lines of `%`. Skips empty texts.
function texts.read_file(path)
  if is_folder(path) then
    return nil, ("%s is a folder, not a text file; use --folder for a folder of .txt files")
      :format(path)
  end
  local content, message = read_whole(path)
  if not content then
    return nil, message
  end
  local list = {}
  append_split(list, content, path)
  if #list == 0 then
    return nil, ("%s contains no text"):format(path)
  end
  return list
end

--- Reads the .txt files in a folder, one text each, in the order of their names.
function texts.read_folder(folder)
  if not is_folder(folder) then
    return nil, ("%s is not a readable folder"):format(folder)
  end
  local list = {}
  for _, path in ipairs(list_files(folder, "-name '*.txt'")) do
    local content, message = read_whole(path)
    if not content then
      return nil, message
    end
    local text = texts.clean(content)
    if text ~= "" then
      list[#list + 1] = { text = text, source = path }
    end
  end
  if #list == 0 then
    return nil, ("the folder %s contains no .txt file with a text"):format(folder)
  end
  return list
end

--- Reads the texts at a path: a folder of .txt files, or a file with lines of `%`.
function texts.read_path(path)
  if is_folder(path) then
    return texts.read_folder(path)
  end
  return texts.read_file(path)
end

--- Reads all texts in a folder of fortune files. Ignores their .dat files, which
-- contain offsets.
function texts.read_fortunes(folder)
  if not is_folder(folder) then
    return nil, ("%s is not a readable folder (Debian's package \"fortunes\" installs %s)")
      :format(folder, FORTUNES[1])
  end
  local list = {}
  for _, path in ipairs(list_files(folder, "! -name '*.dat' ! -name '*.u8'")) do
    local content, message = read_whole(path)
    if not content then
      return nil, message
    end
    append_split(list, content, path)
  end
  if #list == 0 then
    return nil, ("the folder %s contains no texts"):format(folder)
  end
  return list
end

return texts
