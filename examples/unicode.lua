-- SPDX-License-Identifier: MIT

--- Basic Unicode functions for the examples: conversion between UTF-8 and code
-- points, lower case, and detection of word characters.
--
-- Invalid UTF-8 is decoded as Latin-1, which is common in old text files.
-- @module unicode

local ffi = require("ffi")

local unicode = {}

local LATIN_GREEK_CYRILLIC_END = 0x0600

local function lower_range(map, first, last, offset)
  for code = first, last do
    map[code] = code + offset
  end
end

-- For alphabets with alternating upper-case and lower-case letters.
local function lower_pairs(map, first, last)
  for code = first, last, 2 do
    map[code] = code + 1
  end
end

local function lower_map()
  local map = ffi.new("int32_t[?]", LATIN_GREEK_CYRILLIC_END)
  for code = 0, LATIN_GREEK_CYRILLIC_END - 1 do
    map[code] = code
  end
  lower_range(map, 0x41, 0x5A, 32)
  lower_range(map, 0xC0, 0xD6, 32)
  lower_range(map, 0xD8, 0xDE, 32)
  lower_pairs(map, 0x100, 0x136)
  lower_pairs(map, 0x139, 0x147)
  lower_pairs(map, 0x14A, 0x176)
  lower_pairs(map, 0x179, 0x17D)
  map[0x130] = 0x69 -- Turkish dotted capital I
  map[0x178] = 0xFF
  map[0x386] = 0x3AC
  lower_range(map, 0x388, 0x38A, 37)
  map[0x38C] = 0x3CC
  lower_range(map, 0x38E, 0x38F, 63)
  lower_range(map, 0x391, 0x3A1, 32)
  lower_range(map, 0x3A3, 0x3AB, 32)
  lower_range(map, 0x400, 0x40F, 80)
  lower_range(map, 0x410, 0x42F, 32)
  lower_pairs(map, 0x460, 0x480)
  lower_pairs(map, 0x48A, 0x4BE)
  lower_pairs(map, 0x4D0, 0x52E)
  lower_range(map, 0x531, 0x556, 48)
  return map
end

local LOWER = lower_map()

--- Returns the lower-case letter of a code point, or the code point itself.
function unicode.lower(code)
  if code < LATIN_GREEK_CYRILLIC_END then
    return LOWER[code]
  end
  if code >= 0x1E00 and code <= 0x1EFE and code % 2 == 0 and (code < 0x1E96 or code > 0x1E9E) then
    return code + 1 -- Latin letters with several marks, such as Vietnamese ones
  end
  return code
end

--- Returns whether a code point belongs to a word: a letter, digit or combining mark
-- of any script, but no punctuation, symbol or space.
function unicode.is_word(code)
  if code < 0x80 then
    return (code >= 0x61 and code <= 0x7A) or (code >= 0x41 and code <= 0x5A)
      or (code >= 0x30 and code <= 0x39)
  end
  if code < 0xC0 then
    return code == 0xAA or code == 0xB5 or code == 0xBA
  end
  if code == 0xD7 or code == 0xF7 then
    return false
  end
  return not ((code >= 0x2000 and code <= 0x2BFF) or (code >= 0x3000 and code <= 0x303F)
    or (code >= 0xFF00 and code <= 0xFF0F) or code == 0xFEFF or code == 0xFFFD)
end

-- Returns the length and code point of the well-formed UTF-8 sequence at index `at`,
-- or nil.
local function sequence_at(text, at)
  local first = text:byte(at)
  local length, code, least
  if first < 0xC2 or first > 0xF4 then
    return nil
  elseif first < 0xE0 then
    length, code, least = 2, first - 0xC0, 0x80
  elseif first < 0xF0 then
    length, code, least = 3, first - 0xE0, 0x800
  else
    length, code, least = 4, first - 0xF0, 0x10000
  end
  for i = 1, length - 1 do
    local byte = text:byte(at + i)
    if not byte or byte < 0x80 or byte > 0xBF then
      return nil
    end
    code = code * 64 + (byte - 0x80)
  end
  if code < least or code > 0x10FFFF or (code >= 0xD800 and code <= 0xDFFF) then
    return nil
  end
  return length, code
end

--- Decodes a text to code points.
-- @param text the string to decode
-- @param codes int32_t buffer for at least #text elements, filled from index 0
-- @return the number of code points, and whether the text is valid UTF-8
function unicode.decode(text, codes)
  local at, count, valid = 1, 0, true
  local size = #text
  while at <= size do
    local byte = text:byte(at)
    local length, code = 1, byte
    if byte >= 0x80 then
      length, code = sequence_at(text, at)
      if not length then
        length, code, valid = 1, byte, false
      end
    end
    codes[count] = code
    count = count + 1
    at = at + length
  end
  return count, valid
end

--- Encodes a code point as UTF-8.
function unicode.char(code)
  if code < 0x80 then
    return string.char(code)
  elseif code < 0x800 then
    return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
  elseif code < 0x10000 then
    return string.char(0xE0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64,
      0x80 + code % 64)
  end
  return string.char(0xF0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64,
    0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
end

return unicode
