-- SPDX-License-Identifier: MIT
--
-- The output of the subcommands compared with plain float64 and with each other.

local dkjson = require("dkjson")
local luaunit = require("luaunit")
local support = require("support")

local rows = support.rows(90, 11, 21)
rows[31] = {unpack(rows[8])}
rows[61] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
local file = support.write("embeddings.npy", support.npy(rows))

local function cosine(a, b)
  local product, square_a, square_b = 0, 0, 0
  for i = 1, #a do
    product = product + a[i] * b[i]
    square_a = square_a + a[i] ^ 2
    square_b = square_b + b[i] ^ 2
  end
  return square_a * square_b > 0 and product / math.sqrt(square_a * square_b) or 0
end

local function matrix()
  local path = support.path("matrix.npy")
  support.must({"similarity-matrix", "-e", file, "-o", path})
  return support.load(path)
end

TestResults = {}

function TestResults:test_sequence()
  for _, start in ipairs({0, 7, 60, 89}) do
    local expected = support.reference_sequence(rows, start, 90)
    local out = support.must({"diversity-sequence", "-e", file, "--start", tostring(start)})
    luaunit.assertEquals(out, "[" .. table.concat(expected, ",") .. "]\n")
    out = support.must({"diversity-sequence", "-e", file, "--start", tostring(start),
      "--length", "5"})
    luaunit.assertEquals(out, "[" .. table.concat(expected, ",", 1, 5) .. "]\n")
  end
end

function TestResults:test_sequence_object()
  local out = support.must({"diversity-sequence", "-e", file, "--start", "3", "--length", "4",
    "--format", "object"})
  local object = dkjson.decode(out)
  luaunit.assertEquals(object.sequence, support.reference_sequence(rows, 3, 4))
  luaunit.assertEquals({object.start, object.length, object.centered}, {3, 4, false})
  luaunit.assertEquals(object.embeddings.file, file)
  luaunit.assertEquals({object.embeddings.rows, object.embeddings.columns}, {90, 11})
  luaunit.assertEquals(object.embeddings.type, "float32")
  luaunit.assertStrMatches(object.embeddings.fingerprint, "%x+")
  luaunit.assertStrMatches(object.version, "%d+%.%d+%.%d+")
end

function TestResults:test_center()
  local centered = {}
  for j = 1, 11 do
    local mean = 0
    for i = 1, 90 do
      mean = mean + rows[i][j] / 90
    end
    for i = 1, 90 do
      centered[i] = centered[i] or {}
      centered[i][j] = rows[i][j] - mean
    end
  end
  local out = support.must({"diversity-sequence", "-e", file, "--start", "5", "--center"})
  luaunit.assertEquals(out,
    "[" .. table.concat(support.reference_sequence(centered, 5, 90), ",") .. "]\n")
end

function TestResults:test_matrix()
  local similarity, height, width = matrix()
  luaunit.assertEquals({height, width}, {90, 90})
  for i = 0, 89 do
    luaunit.assertEquals(similarity[i][i], i == 60 and 0 or 1)
    for j = 0, 89 do
      luaunit.assertEquals(similarity[i][j], similarity[j][i])
      luaunit.assertAlmostEquals(similarity[i][j], cosine(rows[i + 1], rows[j + 1]), 6e-8)
    end
  end
end

function TestResults:test_neighbors()
  local similarity = matrix()
  local nearest = {}
  for i = 0, 89 do
    nearest[i] = {}
    for j = 0, 89 do
      if j ~= i then
        table.insert(nearest[i], j)
      end
    end
    table.sort(nearest[i], function(a, b)
      if similarity[i][a] ~= similarity[i][b] then
        return similarity[i][a] > similarity[i][b]
      end
      return a < b
    end)
  end
  for _, k in ipairs({1, 10, 89}) do
    local list = dkjson.decode((support.must({"neighbors", "-e", file, "-k", tostring(k)})))
    local path = support.path("nearest.npy")
    support.must({"neighbors", "-e", file, "-k", tostring(k), "-o", path})
    local indices, height, width = support.load(path)
    local values = support.load(support.path("nearest.similarities.npy"))
    luaunit.assertEquals({#list, height, width}, {90, 90, k})
    for i = 0, 89 do
      luaunit.assertEquals(list[i + 1].row, i)
      luaunit.assertEquals(#list[i + 1].neighbors, k)
      for j = 0, k - 1 do
        local expected = nearest[i][j + 1]
        luaunit.assertEquals(list[i + 1].neighbors[j + 1], expected)
        luaunit.assertEquals(indices[i][j], expected)
        luaunit.assertEquals(values[i][j], similarity[i][expected])
        luaunit.assertAlmostEquals(list[i + 1].similarities[j + 1], values[i][j], 1e-9)
      end
    end
    local one = support.must({"neighbors", "-e", file, "-k", tostring(k), "--row", "30"})
    luaunit.assertEquals(dkjson.decode(one), list[31])
    support.must({"neighbors", "-e", file, "-k", tostring(k), "--row", "30", "-o", path})
    luaunit.assertEquals(support.load(path)[0][0], 7)
  end
end

function TestResults:test_all()
  local path = support.path("all.npy")
  support.must({"diversity-all", "-e", file, "-o", path})
  local sequences, height, width = support.load(path)
  luaunit.assertEquals({height, width}, {90, 90})
  for start = 0, 89 do
    local expected = support.reference_sequence(rows, start, 90)
    for i = 0, 89 do
      luaunit.assertEquals(sequences[start][i], expected[i + 1])
    end
  end
  local short = support.path("short.npy")
  support.must({"diversity-all", "-e", file, "-o", short, "--length", "7"})
  local beginnings
  beginnings, height, width = support.load(short)
  luaunit.assertEquals({height, width}, {90, 7})
  for start = 0, 89 do
    for i = 0, 6 do
      luaunit.assertEquals(beginnings[start][i], sequences[start][i])
    end
  end
  local description = dkjson.decode(support.read(path .. ".json"))
  luaunit.assertEquals(description.embeddings.rows, 90)
  luaunit.assertEquals(description.length, 90)
end

-- Reads width and height from the header of a PNG file.
local function png_size(path)
  local bytes = support.read(path)
  luaunit.assertEquals(bytes:sub(1, 8), "\137PNG\r\n\26\n")
  local function number(at)
    local a, b, c, d = bytes:byte(at, at + 3)
    return ((a * 256 + b) * 256 + c) * 256 + d
  end
  return number(17), number(21)
end

function TestResults:test_heatmap()
  local sizes = {}
  for _, order in ipairs({"file", "diversity", "cluster"}) do
    local path = support.path(order .. ".png")
    support.must({"heatmap", "-e", file, "-o", path, "--order", order, "--size", "400"})
    local width, height = png_size(path)
    -- 90 rows of 4 pixels, plus space for the text and the scale.
    luaunit.assertTrue(width > 360 and width < 600, width)
    luaunit.assertTrue(height > 360 and height < 460, height)
    sizes[order] = support.read(path)
    -- A second run gives the same bytes.
    support.must({"heatmap", "-e", file, "-o", path, "--order", order, "--size", "400"})
    luaunit.assertEquals(support.read(path), sizes[order])
  end
  luaunit.assertNotEquals(sizes.file, sizes.cluster)
  luaunit.assertNotEquals(sizes.file, sizes.diversity)
  local path = support.path("small.png")
  support.must({"heatmap", "-e", file, "-o", path, "--size", "40", "--range", "-0.5:1"})
  luaunit.assertTrue((png_size(path)) < 300)
end

-- A picture so small that the text, which names the order, is left out.
local function small_picture(name, order_rows, order)
  local path = support.path(name .. ".png")
  support.must({"heatmap", "-e", support.write(name .. ".npy", support.npy(order_rows)),
    "-o", path, "--order", order, "--size", "150"})
  return support.read(path)
end

function TestResults:test_cluster_order_brings_copies_together()
  -- Three bundles of rows, mixed. Sorted by bundle, the picture equals the clustered one.
  local mixed, sorted = {}, {}
  for i = 1, 30 do
    mixed[i] = {0, 0, 0}
    mixed[i][i % 3 + 1] = 1
    sorted[(i % 3) * 10 + math.ceil(i / 3)] = mixed[i]
  end
  luaunit.assertEquals(small_picture("mixed", mixed, "cluster"),
    small_picture("sorted", sorted, "file"))
  luaunit.assertNotEquals(small_picture("mixed", mixed, "file"),
    small_picture("sorted", sorted, "file"))
end

function TestResults:test_cluster_order_follows_an_arc()
  -- Directions at growing distances, mixed. The order follows them, from either end.
  local forth, back, mixed = {}, {}, {}
  for i = 1, 13 do
    local angle = i * i / 169 * math.pi / 2
    forth[i] = {math.cos(angle), math.sin(angle)}
    back[14 - i] = forth[i]
    mixed[i * 5 % 13 + 1] = forth[i]
  end
  local picture = small_picture("arc", mixed, "cluster")
  luaunit.assertTrue(picture == small_picture("forth", forth, "file") or
    picture == small_picture("back", back, "file"))
end

function TestResults:test_smallest()
  local one = support.write("one.npy", support.npy({{2, 1}}))
  support.must({"similarity-matrix", "-e", one, "-o", support.path("one_matrix.npy")})
  luaunit.assertEquals(support.load(support.path("one_matrix.npy"))[0][0], 1)
  support.must({"diversity-all", "-e", one, "-o", support.path("one_all.npy")})
  luaunit.assertEquals(support.load(support.path("one_all.npy"))[0][0], 0)
  for _, order in ipairs({"file", "diversity", "cluster"}) do
    support.must({"heatmap", "-e", one, "-o", support.path("one.png"), "--order", order})
  end
  local status, _, err = support.run({"neighbors", "-e", one, "-k", "1"})
  luaunit.assertEquals(status, 2)
  luaunit.assertStrContains(err, "has a single row, which has no neighbours")
end

function TestResults:test_results_replace_files_at_the_end()
  -- A link remains a link, previous contents are replaced, and permissions are the usual ones.
  local target, link = support.path("target.npy"), support.path("link.npy")
  support.write("target.npy", "old")
  support.shell(("ln -s target.npy %s"):format(link))
  support.must({"similarity-matrix", "-e", file, "-o", link})
  luaunit.assertEquals(support.load(target).bytes, matrix().bytes)
  luaunit.assertEquals((support.shell("test -L " .. link)), 0)
  local _, mode = support.shell("umask 022; stat -c %a " .. target)
  luaunit.assertEquals(mode, "644\n")
  _, mode = support.shell(("umask 027; %s similarity-matrix -e %s -o %s; stat -c %%a %s"):format(
    support.quote(support.program), file, support.path("masked.npy"), support.path("masked.npy")))
  luaunit.assertEquals(mode, "640\n")
end

support.finish()
