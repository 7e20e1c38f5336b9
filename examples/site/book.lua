-- SPDX-License-Identifier: MIT

--- Computes the contents of the site and writes its files.
-- @module site.book

local npy = require("npy")
local shell = require("shell")
local texts = require("texts")
local heatmap = require("site.heatmap")
local pages = require("site.pages")

local book = {}

local NEIGHBORS = 6  -- nearest texts on each page
local SEQUENCE = 8   -- texts of the sequence from it on each page
local TITLE = 64     -- characters
local PICTURE = "similarity.png"

-- Computes the beginning of the diversity sequence from every text.
local function all_sequences(ctx, n)
  local sequences = {}
  for start, sequence in ctx:diversity_sequences(nil, { length = math.min(SEQUENCE + 1, n) }) do
    sequences[start] = sequence
  end
  return sequences
end

local function all_neighbors(ctx, n)
  if n == 1 then
    return { {} }
  end
  local ids, similarities = ctx:nearest_neighbors(math.min(NEIGHBORS, n - 1))
  if not ids then
    return nil, similarities -- here the message
  end
  local neighbors = {}
  for number = 1, n do
    neighbors[number] = {}
    for k = 1, #ids[number] do
      neighbors[number][k] = { number = ids[number][k], similarity = similarities[number][k] }
    end
  end
  return neighbors
end

--- Computes the contents of the pages.
-- @param ctx a context of vk_compute with the embeddings uploaded
-- @param list texts, each a table with `text` and, optionally, `title`
-- @param options `title` and `language` of the site, `sequence` (the diversity
--   sequence of all texts), `facts`
-- @return a book, as described in site.pages, or nil and a message
function book.make(ctx, list, options)
  local neighbors, message = all_neighbors(ctx, #list)
  if not neighbors then
    return nil, message
  end
  local made = {
    title = options.title,
    language = options.language,
    facts = options.facts,
    sequence = options.sequence,
    sequences = all_sequences(ctx, #list),
    neighbors = neighbors,
    position = {},
    texts = {},
  }
  for number, item in ipairs(list) do
    made.texts[number] = {
      text = item.text,
      title = item.title or texts.title(item.text, TITLE),
    }
  end
  for at, number in ipairs(options.sequence) do
    made.position[number] = at
  end
  return made
end

local function write(path, content)
  local file, message = io.open(path, "wb")
  if not file then
    return nil, message
  end
  local written, reason = file:write(content)
  local closed, late = file:close()
  if not (written and closed) then
    return nil, ("%s: %s"):format(path, reason or late)
  end
  return true
end

--- Creates a folder for the site, including its parents.
-- @return its absolute path, or nil and a message
function book.make_folder(folder)
  local quoted = shell.quote(folder)
  local pipe = io.popen(("{ mkdir -p -- %s && cd -- %s && pwd -P; } 2>/dev/null")
    :format(quoted, quoted))
  local path = pipe:read("*l")
  pipe:close()
  if not path then
    return nil, ("cannot create the folder %s"):format(folder)
  end
  return path
end

local function draw(made, folder, program, file)
  local width, height = heatmap.draw(program, file, folder .. "/" .. PICTURE)
  if not width then
    return nil, height
  end
  made.picture = { file = PICTURE, width = width, height = height }
  return true
end

--- Draws the heatmap into the folder of the site.
-- @param embeddings the uploaded embeddings: `file`, their .npy file, or `rows`, `n` and
--   `dim` as for `npy.write`
-- @return true, or nil and a message
function book.draw(made, folder, root, embeddings)
  local program, message = shell.program(root)
  if not program then
    return nil, message
  elseif embeddings.file then
    return draw(made, folder, program, embeddings.file)
  end
  -- Not in the folder of the site, where the name could belong to a file of the user.
  local file = os.tmpname()
  local drawn, reason = npy.write(file, embeddings.rows, embeddings.n, embeddings.dim)
  if drawn then
    drawn, reason = draw(made, folder, program, file)
  end
  os.remove(file)
  return drawn, reason
end

--- Writes all pages into a folder, and removes surplus pages of an earlier, larger site.
-- @return true, or nil and a message
function book.write(made, folder)
  local last = #made.texts
  for number = 0, last do
    local name = number == 0 and "index.html" or pages.file(number)
    local content = number == 0 and pages.index(made) or pages.text(made, number)
    local written, message = write(folder .. "/" .. name, content)
    if not written then
      return nil, ("cannot write the site: %s"):format(message)
    end
  end
  repeat
    last = last + 1
  until not os.remove(folder .. "/" .. pages.file(last))
  return true
end

return book
