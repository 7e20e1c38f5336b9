-- SPDX-License-Identifier: MIT

-- Embeds real texts and shows how similar they are, and an order in which each text is
-- as different as possible from the texts before it.
--
--    luajit examples/demo.lua [options] [FILE | FOLDER]

local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. package.path

local vk = require("vk_compute")
local now = require("clock").now
local embedder = require("embedder")
local texts = require("texts")
local new_program = require("program").new
local book = require("site.book")

local OPTIONS = {
  { name = "all", help = "use all texts of the package \"fortunes\" (about 15,000), not only\n"
    .. "its songs and poems" },
  { name = "file", value = "FILE", help = "use the texts in a file, separated by lines of %" },
  { name = "folder", value = "DIR", help = "use the .txt files in a folder, one text each" },
  { name = "start", value = "N", least = 1, help = "begin the sequence at text N (1)" },
  { name = "show", value = "N", least = 1, help = "show the first N texts of the sequence (12)" },
  { name = "site", value = "DIR", help = "write the pages to DIR (default: build/demo-site of the\n"
    .. "project, for up to 5,000 texts)" },
  { name = "no-site", help = "write no pages" },
  { name = "help", help = "print this help" },
}

local program = new_program("demo", "usage: luajit demo.lua [options] [FILE | FOLDER]\n\n"
  .. "Embeds texts, computes their similarity matrix and their diversity sequence on a\n"
  .. "Vulkan device, shows the results, and writes them as a small site.\n"
  .. "The environment variable VKC_DEVICE selects the device.\n", OPTIONS)
local COMPARED = 20 -- number of texts whose variety is compared
local CLOSEST = 4   -- number of texts to show with their nearest neighbours
local VARIANT = 0.8 -- from this similarity on, texts are variants of each other
local MAX_PAGES = 5000 -- only --site writes more

local function say(...)
  io.stdout:write(string.format(...), "\n")
  io.stdout:flush()
end

-- Runs one step and prints its name and duration.
local function timed(label, detail, step, ...)
  local before = now()
  local result, message, third = step(...)
  program:check(result, message)
  say("%-12s %8.3f s   %s", label, now() - before, detail)
  return result, message, third
end

local function line(list, number, width)
  return ("%6d  %s"):format(number, texts.title(list[number].text, width))
end

-- Returns the mean cosine of all pairs among the first `count` texts of an order.
local function mean_cosine(ctx, order, count)
  local sum, num_pairs = 0, 0
  for i = 1, count do
    local row = program:check(ctx:similarity_rows(order[i], 1))
    for j = i + 1, count do
      sum = sum + row:get(order[i], order[j])
      num_pairs = num_pairs + 1
    end
  end
  return sum / num_pairs
end

local function show_sequence(list, sequence, count)
  say("\nThe diversity sequence from text %d: each text is as far as possible from the\n"
    .. "centre of the texts before it.\n", sequence[1])
  for at = 1, math.min(count, #sequence) do
    say("%4d. %s", at, line(list, sequence[at], 70))
  end
end

-- Shows the texts with the nearest neighbours, except copies and variants.
local function show_neighbors(list, ids, similarities)
  local order = {}
  for number = 1, #list do
    local best = similarities[number][1]
    if best < VARIANT and not (ids[ids[number][1]][1] == number and ids[number][1] < number) then
      order[#order + 1] = number
    end
  end
  table.sort(order, function(a, b)
    local left, right = similarities[a][1], similarities[b][1]
    return left > right or (left == right and a < b)
  end)
  say("\nSome texts and their nearest neighbours, with the cosine:")
  for at = 1, math.min(CLOSEST, #order) do
    local number = order[at]
    say("\n      %s", line(list, number, 70))
    for k = 1, #ids[number] do
      say("%6.3f%s", similarities[number][k], line(list, ids[number][k], 70))
    end
  end
end

local function show_variety(ctx, sequence)
  local count = math.min(COMPARED, #sequence)
  if count < 2 then
    return
  end
  local in_file = {}
  for i = 1, count do
    in_file[i] = i
  end
  local far, near = mean_cosine(ctx, sequence, count), mean_cosine(ctx, in_file, count)
  say("\nSimilarity of the first %d texts (mean cosine of all pairs; lower is more varied):", count)
  say("  in the diversity sequence  %7.4f\n  in the order of the file   %7.4f\n"
    .. "  difference                 %7.4f", far, near, near - far)
end

local function check_sources(given)
  local sources = #given
  for _, name in ipairs({ "all", "file", "folder" }) do
    sources = sources + (given[name] and 1 or 0)
  end
  if sources > 1 then
    program:stop(1, "give only one source of texts: --all, --file, --folder or a path.")
  end
end

-- Returns the requested texts and the path of their source.
local function read_texts(given)
  local read, path = texts.read_path, given[1]
  if given.all then
    read, path = texts.read_fortunes, texts.fortunes_folder()
  elseif given.folder then
    read, path = texts.read_folder, given.folder
  elseif given.file or not path then
    read, path = texts.read_file, given.file or texts.fortunes_folder() .. "/songs-poems"
  end
  return program:check(read(path)), path
end

-- Writes the site and prints its path.
local function write_site(ctx, list, sequence, rows, dim, folder, fact)
  local before = now()
  folder = program:check(book.make_folder(folder))
  local made = program:check(book.make(ctx, list, {
    title = "Texts, near and far",
    language = "en",
    sequence = sequence,
    facts = { fact },
  }))
  local drawn, reason = book.draw(made, folder, here .. "/..",
    { rows = rows, n = #list, dim = dim })
  program:check(book.write(made, folder))
  if not drawn then
    say("\nThe pages have no heatmap: %s.", reason)
  end
  say("\nThe same results as a site of %d pages, written in %.1f s:\n  %s/index.html",
    #list + 1, now() - before, folder)
end

-- Computes the whole matrix to show the duration. The other functions only request the few rows
-- they need, so the demo also works when the matrix does not fit into memory.
local function compute_matrix(ctx, n)
  local before = now()
  local whole, reason = ctx:similarity()
  if whole then
    say("%-12s %8.3f s   the whole matrix, %d x %d", "similarity", now() - before, n, n)
  else
    say("%-12s %10s   skipping the whole matrix, %d x %d: %s", "similarity", "", n, n, reason)
  end
end

local function main(given)
  check_sources(given)
  local list, source = read_texts(given)
  local start = given.start or 1
  if start > #list then
    program:stop(1, ("--start %d is beyond the %d texts of %s."):format(start, #list, source))
  end
  local contents = {}
  for i, item in ipairs(list) do
    contents[i] = item.text
  end

  local ctx = program:check(vk.new())
  local device = ctx:device()
  say("%d texts from %s", #list, source)
  say("on %s\n", device.name)

  local rows, n, dim = timed("embedding", "hashed n-grams, instead of a neural model",
    embedder.embed, contents)
  local size = ("%d x %d numbers"):format(n, dim)
  timed("upload", size, ctx.upload_embeddings, ctx, rows, { n = n, dim = dim })
  compute_matrix(ctx, n)
  local sequence = timed("sequence", ("of all %d texts"):format(n),
    ctx.compute_diversity_sequence, ctx, start)

  show_sequence(list, sequence, given.show or 12)
  if n > 1 then
    show_neighbors(list, program:check(ctx:nearest_neighbors(math.min(3, n - 1))))
    show_variety(ctx, sequence)
  end
  if n > MAX_PAGES and not given.site then
    say("\nSkipping the pages for so many texts; --site DIR writes them.")
  elseif not given["no-site"] then
    write_site(ctx, list, sequence, rows, dim, given.site or here .. "/../build/demo-site",
      ("Computed with vulkan_compute on %s."):format(device.name))
  end
  ctx:close()
end

program:run(main)
