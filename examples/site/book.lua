-- SPDX-License-Identifier: MIT

--- From texts and their embeddings to the pages of a site.
-- @module site.book

local npy = require("npy")
local shell = require("shell")
local texts = require("texts")
local heatmap = require("site.heatmap")
local pages = require("site.pages")

local book = {}

local NEIGHBORS = 6  -- nearest texts on each page
local WALK = 8       -- texts of the walk on each page
local TITLE = 64     -- characters
local PICTURE = "similarity.png"

-- The first steps of the walk from every text.
local function all_walks(ctx, n)
  local walks = {}
  for start, sequence in ctx:diversity_sequences(nil, { length = math.min(WALK + 1, n) }) do
    walks[start] = sequence
  end
  return walks
end

local function all_neighbors(ctx, n)
  if n == 1 then
    return { {} }
  end
  local ids, similarities = ctx:nearest_neighbors(math.min(NEIGHBORS, n - 1))
  if not ids then
    return nil, similarities -- the sentence that says why
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

--- Computes what the pages show.
-- @param ctx a context of vk_compute with the embeddings uploaded
-- @param list texts, each a table with `text` and perhaps `title`
-- @param options `title` and `language` of the site, `walk` (a whole diversity
--   sequence), `facts`
-- @return a book as site.pages takes it, or nil and a sentence
function book.make(ctx, list, options)
  local neighbors, message = all_neighbors(ctx, #list)
  if not neighbors then
    return nil, message
  end
  local made = {
    title = options.title,
    language = options.language,
    facts = options.facts,
    walk = options.walk,
    walks = all_walks(ctx, #list),
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
  for at, number in ipairs(options.walk) do
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

--- Makes a folder for the site, and the folders above it.
-- @return its path from the root, or nil and a sentence
function book.make_folder(folder)
  local quoted = shell.quote(folder)
  local pipe = io.popen(("{ mkdir -p -- %s && cd -- %s && pwd -P; } 2>/dev/null")
    :format(quoted, quoted))
  local path = pipe:read("*l")
  pipe:close()
  if not path then
    return nil, ("the folder %s cannot be made"):format(folder)
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
-- @param embeddings what was uploaded: `file`, the .npy file it is from; or, where there is none,
--   `rows`, `n` and `dim` as `npy.write` takes them
-- @return true, or nil and a sentence that says why there is none
function book.draw(made, folder, root, embeddings)
  local program, message = shell.program(root)
  if not program then
    return nil, message
  elseif embeddings.file then
    return draw(made, folder, program, embeddings.file)
  end
  -- Not in the folder of the site, where every name may be taken by a file of its owner.
  local file = os.tmpname()
  local drawn, reason = npy.write(file, embeddings.rows, embeddings.n, embeddings.dim)
  if drawn then
    drawn, reason = draw(made, folder, program, file)
  end
  os.remove(file)
  return drawn, reason
end

--- Writes all pages into a folder, and removes those that a larger site left there.
-- @return true, or nil and a sentence
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
