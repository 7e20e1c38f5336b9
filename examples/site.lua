-- SPDX-License-Identifier: MIT

-- Creates a small static site from texts and their embeddings: a page for every text,
-- with its nearest texts and its position in the diversity sequence of all texts, and
-- an index page with a heatmap of all similarities. Needs no script and no server.
--
--    luajit examples/site.lua --output DIR [options] FILE | FOLDER

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. package.path

local vk = require("vk_compute")
local embedder = require("embedder")
local npy = require("npy")
local texts = require("texts")
local new_program = require("program").new
local book = require("site.book")

local program = new_program("site",
  "usage: luajit site.lua --output DIR [options] FILE | FOLDER\n\n"
  .. "Creates a static site from the texts in a file (separated by lines of %) or in a\n"
  .. "folder (its .txt files, in the order of their names).\n", {
  { name = "output", value = "DIR", help = "folder for the pages; created if it does not exist" },
  { name = "embeddings", value = "FILE", help = "an .npy file with one row per text, in the same\n"
    .. "order; by default, examples/embedder.lua embeds the\ntexts" },
  { name = "start", value = "N", least = 1, help = "begin the sequence at text N (1)" },
  { name = "title", value = "TITLE", help = "title of the site" },
  { name = "language", value = "CODE", help = "language of the texts, such as de (en)" },
  { name = "help", help = "print this help" },
})

-- Returns the embeddings of the texts: float[n * dim] or double[n * dim], n, dim.
local function embeddings_of(list, file)
  if not file then
    local contents = {}
    for i, item in ipairs(list) do
      contents[i] = item.text
    end
    return embedder.embed(contents)
  end
  local rows, n, dim = program:check(npy.read(file))
  if n ~= #list then
    program:stop(2, ("%s has %d rows, but there are %d texts; it needs one row per text.")
      :format(file, n, #list))
  end
  return rows, n, dim
end

local function main(given)
  if not given.output then
    program:stop(1, "--output DIR is missing; give the folder for the pages.")
  elseif #given ~= 1 then
    program:stop(1, "give exactly one file or folder of texts.")
  end
  local list = program:check(texts.read_path(given[1]))
  local start = given.start or 1
  if start > #list then
    program:stop(1, ("--start %d is beyond the %d texts."):format(start, #list))
  end
  local rows, n, dim = embeddings_of(list, given.embeddings)
  local folder = program:check(book.make_folder(given.output))

  local ctx = program:check(vk.new())
  program:check(ctx:upload_embeddings(rows, { n = n, dim = dim }))
  local made = program:check(book.make(ctx, list, {
    title = given.title or "Texts, near and far",
    language = given.language or "en",
    sequence = program:check(ctx:compute_diversity_sequence(start)),
    facts = { ("Computed with vulkan_compute on %s."):format(ctx:device().name) },
  }))
  ctx:close()

  local drawn, reason = book.draw(made, folder, here .. "/..",
    { file = given.embeddings, rows = rows, n = n, dim = dim })
  if not drawn then
    io.stderr:write("site: the pages have no heatmap: ", reason, "\n")
  end
  program:check(book.write(made, folder))
  io.stdout:write(folder, "/index.html\n")
end

program:run(main)
