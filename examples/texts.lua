-- SPDX-License-Identifier: MIT

--- A reader of texts: files in the format of fortune(6), where a line with
-- nothing but `%` stands between two texts, and folders of .txt files.
--
-- Every reader returns a list of texts, each a table of `text` (UTF-8, clean of
-- control characters) and `source` (the file it is from); or nil and a sentence.
-- @module texts

local ffi = require("ffi")
local shell = require("shell")
local unicode = require("unicode")

local texts = {}

-- What a printer makes of a mark and a letter in the same place.
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

-- A line as a printer would leave it: a backspace goes back one place, and what
-- comes then is printed over what is there.
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

--- A text made clean: UTF-8 whatever it was, line ends as "\n", overstrikes
-- resolved, no other control characters, no empty lines around it.
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

--- The first line of a text that says something, cut to `width` characters.
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
  return (content:gsub("^\239\187\191", "")) -- a mark of the byte order says nothing in UTF-8
end

-- Paths that `find` lists, in the order of their bytes.
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

-- Only a folder holds "."; a file is not opened, since it may be a pipe.
local function is_folder(path)
  local file = io.open(path .. "/.", "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

-- Where the packages of Debian, Fedora and Arch put their fortunes.
local FORTUNES = { "/usr/share/games/fortunes", "/usr/share/games/fortune", "/usr/share/fortune" }

--- The folder of the fortunes that are installed; Debian's where there are none.
function texts.fortunes_folder()
  for _, folder in ipairs(FORTUNES) do
    if is_folder(folder) then
      return folder
    end
  end
  return FORTUNES[1]
end

local function append_split(list, content, source)
  -- A line feed in front lets the first line be a separator, too.
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

--- The texts of one file, split at lines of `%`; empty ones are left out.
function texts.read_file(path)
  if is_folder(path) then
    return nil, ("%s is a folder; a text file was expected (a folder of .txt files is read "
      .. "with --folder)"):format(path)
  end
  local content, message = read_whole(path)
  if not content then
    return nil, message
  end
  local list = {}
  append_split(list, content, path)
  if #list == 0 then
    return nil, ("%s holds no text"):format(path)
  end
  return list
end

--- The .txt files of a folder, one text each, in the order of their names.
function texts.read_folder(folder)
  if not is_folder(folder) then
    return nil, ("%s is not a folder that can be read"):format(folder)
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
    return nil, ("the folder %s holds no .txt file with a text in it"):format(folder)
  end
  return list
end

--- The texts of a path: a folder of .txt files, or a file split at lines of `%`.
function texts.read_path(path)
  if is_folder(path) then
    return texts.read_folder(path)
  end
  return texts.read_file(path)
end

--- All texts of all files in a folder of fortune files (each has a .dat file
-- of its offsets beside it, which is not needed here).
function texts.read_fortunes(folder)
  if not is_folder(folder) then
    return nil, ("%s is not a folder that can be read (Debian's package \"fortunes\" brings "
      .. "%s)"):format(folder, FORTUNES[1])
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
    return nil, ("the folder %s holds no texts"):format(folder)
  end
  return list
end

return texts
