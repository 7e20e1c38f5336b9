-- SPDX-License-Identifier: MIT

--- Formats the pages of the site as HTML: one for every text, and an index.
--
-- The functions take a book, a table with these fields:
--    title        title of the site
--    language     language of the texts, as in the lang attribute: "en"
--    texts        list of { text = …, title = … }; a text's number is its index
--    sequence     numbers of all texts, in the order of the main sequence
--    position     position[number]: position of a text in the main sequence
--    neighbors    neighbors[number]: list of { number = …, similarity = … }
--    sequences    sequences[number]: beginning of the sequence from this text
--    picture      { file = …, width = …, height = … } of the heatmap, or nil
--    facts        list of sentences about the creation of the site
-- @module site.pages

local pages = {}

local STYLE = [[
:root { color-scheme: light dark; --ink: #1c1b19; --paper: #fbfaf7; --soft: #5d5a54;
  --line: #d9d5cb; --link: #0b5394; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e5de; --paper: #181715; --soft: #a8a399;
  --line: #3a3833; --link: #8ab8ec; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 44rem; background: var(--paper);
  color: var(--ink); font: 1.0625rem/1.6 Georgia, "Noto Serif", "DejaVu Serif", serif; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 1rem 0; }
h1.number { font-size: 1rem; font-weight: normal; color: var(--soft); margin: 2rem 0 .5rem; }
h2 { font-size: 1.125rem; margin: 2.5rem 0 .5rem; }
p { margin: .5rem 0; }
ol, ul { margin: .5rem 0; padding-left: 2.75rem; }
li { margin: .3rem 0; overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; }
img { display: block; max-width: 100%; height: auto; }
.text { font-size: 1.1875rem; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4;
  border-left: 3px solid var(--line); padding-left: 1.25rem; }
.note, figcaption, .cosine { color: var(--soft); font-size: .9375rem; }
.cosine { font-variant-numeric: tabular-nums; white-space: nowrap; }
.steps { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between;
  margin-top: 2rem; padding: .75rem 0; border: solid var(--line); border-width: 1px 0; }
.steps > * { flex: 1 1 14rem; }
.steps > :last-child { text-align: right; }
.steps small { display: inline-block; width: 100%; color: var(--soft); }
]]

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
  ["'"] = "&#39;" }

--- Escapes a string for use as text or as the value of an attribute in HTML.
function pages.escape(text)
  return (text:gsub("[&<>\"']", ENTITIES))
end

local escape = pages.escape

--- Returns the file name of the page of a text.
function pages.file(number)
  return ("text-%d.html"):format(number)
end

local function link(book, number)
  return ('<a href="%s">%s</a>'):format(pages.file(number), escape(book.texts[number].title))
end

-- Formats a whole page. `relations` are link elements for its head.
local function page(book, title, relations, body)
  return table.concat({
    "<!DOCTYPE html>\n",
    ('<html lang="%s">\n<head>\n<meta charset="utf-8">\n'):format(escape(book.language)),
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    '<meta name="color-scheme" content="light dark">\n',
    ("<title>%s</title>\n"):format(escape(title)),
    relations,
    "<style>\n", STYLE, "</style>\n</head>\n<body>\n",
    body,
    "</body>\n</html>\n",
  })
end

-- Formats links to the previous and next text in the main sequence.
local function steps(book, number)
  local at = book.position[number]
  local before, after = book.sequence[at - 1], book.sequence[at + 1]
  local function step(other, label, relation, missing)
    if not other then
      return ("<span><small>%s</small>%s</span>\n"):format(label, missing)
    end
    return ('<a rel="%s" href="%s"><small>%s</small>%s</a>\n'):format(relation,
      pages.file(other), label, escape(book.texts[other].title))
  end
  return table.concat({
    '<nav class="steps" aria-label="Sequence">\n',
    step(before, "Previous in the sequence", "prev", "The sequence begins here."),
    step(after, "Next in the sequence", "next", "The sequence ends here."),
    "</nav>\n",
  })
end

local function relations_of(book, number)
  local at = book.position[number]
  local parts = {}
  for _, kind in ipairs({ { "prev", at - 1 }, { "next", at + 1 } }) do
    local other = book.sequence[kind[2]]
    if other then
      parts[#parts + 1] = ('<link rel="%s" href="%s">\n'):format(kind[1], pages.file(other))
    end
  end
  return table.concat(parts)
end

local function neighbor_list(book, number)
  local near = book.neighbors[number]
  if #near == 0 then
    return "<p>There is no other text.</p>\n"
  end
  local parts = { "<ol>\n" }
  for _, neighbor in ipairs(near) do
    parts[#parts + 1] = ('<li>%s <span class="cosine">%.2f</span></li>\n')
      :format(link(book, neighbor.number), neighbor.similarity)
  end
  parts[#parts + 1] = "</ol>\n"
  return table.concat(parts)
end

local function sequence_list(book, number)
  local parts = { "<ol>\n" }
  for _, other in ipairs(book.sequences[number]) do
    if other == number then
      parts[#parts + 1] = "<li>This text</li>\n"
    else
      parts[#parts + 1] = ("<li>%s</li>\n"):format(link(book, other))
    end
  end
  parts[#parts + 1] = "</ol>\n"
  return table.concat(parts)
end

--- Returns the page of one text.
function pages.text(book, number)
  local item = book.texts[number]
  local body = table.concat({
    '<a class="skip" href="#text">Go to the text</a>\n',
    '<header><a href="index.html">', escape(book.title), "</a></header>\n<main>\n",
    ('<h1 class="number">Text %d of %d</h1>\n'):format(number, #book.texts),
    '<div class="text" id="text">', escape(item.text), "</div>\n",
    steps(book, number),
    '<section aria-labelledby="near">\n<h2 id="near">Nearest texts</h2>\n',
    '<p class="note">With the cosine similarity: 1 means identical, 0 nothing in common.</p>\n',
    neighbor_list(book, number),
    '</section>\n<section aria-labelledby="far">\n<h2 id="far">A sequence from here</h2>\n',
    '<p class="note">Each text is as far as possible from the centre of the texts before it.',
    "</p>\n",
    sequence_list(book, number),
    "</section>\n</main>\n",
  })
  return page(book, ("%s (%s)"):format(item.title, book.title), relations_of(book, number), body)
end

local function figure(book)
  local picture = book.picture
  if not picture then
    return ""
  end
  local size = ""
  if picture.width then
    size = (' width="%d" height="%d"'):format(picture.width, picture.height)
  end
  return table.concat({
    ('<figure>\n<img src="%s"%s alt="%s">\n'):format(escape(picture.file), size,
      escape(("Heatmap of the similarity of all %d texts with each other.")
        :format(#book.texts))),
    "<figcaption>The similarity of every text (row) to every other text (column). Similar texts ",
    "are next to each other, so groups of them appear as squares along the diagonal. The numbers ",
    "are positions in this order.",
    "</figcaption>\n</figure>\n",
  })
end

--- Returns the index page: the heatmap, and all texts in the order of the main sequence.
function pages.index(book)
  local parts = {
    '<a class="skip" href="#sequence">Go to the texts</a>\n<main>\n',
    "<h1>", escape(book.title), "</h1>\n",
    ("<p>%d texts, each with its nearest texts and with a sequence of texts that are as "
      .. "different as possible.</p>\n"):format(#book.texts),
    figure(book),
    '<section aria-labelledby="sequence">\n<h2 id="sequence">The sequence</h2>\n',
    '<p class="note">It begins with text ', tostring(book.sequence[1]),
    ". Each text is as far as possible from the centre of the texts before it.</p>\n<ol>\n",
  }
  for _, number in ipairs(book.sequence) do
    parts[#parts + 1] = ("<li>%s</li>\n"):format(link(book, number))
  end
  parts[#parts + 1] = '</ol>\n</section>\n</main>\n<footer class="note">\n'
  for _, fact in ipairs(book.facts) do
    parts[#parts + 1] = ("<p>%s</p>\n"):format(escape(fact))
  end
  parts[#parts + 1] = "</footer>\n"
  return page(book, book.title, "", table.concat(parts))
end

return pages
