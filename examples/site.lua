-- SPDX-License-Identifier: MIT

-- Texts and their embeddings in, a small static site out: a page for every text,
-- with the texts nearest to it and its place on a walk through all of them, and an
-- index page with a picture of all similarities. No script, no server.
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
  .. "Writes a static site about the texts of a file (with a line of % between two of them)\n"
  .. "or of a folder (its .txt files, in the order of their names).\n", {
  { name = "output", value = "DIR", help = "the folder for the pages; made when it is not there" },
  { name = "embeddings", value = "FILE", help = "an .npy file with a row for each text, in the\n"
    .. "same order; without it the texts are embedded by\nexamples/embedder.lua" },
  { name = "start", value = "N", least = 1, help = "begin the walk at text N (1)" },
  { name = "title", value = "TITLE", help = "of the site" },
  { name = "language", value = "CODE", help = "of the texts, such as de (en)" },
  { name = "help", help = "this text" },
})

-- The embeddings of the texts: float[n * dim] or double[n * dim], n, dim.
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
    program:stop(2, ("%s has %d rows, but there are %d texts; a row for each text is expected.")
      :format(file, n, #list))
  end
  return rows, n, dim
end

local function main(given)
  if not given.output then
    program:stop(1, "--output DIR is missing: it names the folder for the pages.")
  elseif #given ~= 1 then
    program:stop(1, "one file or folder of texts is expected.")
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
    walk = program:check(ctx:compute_diversity_sequence(start)),
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
