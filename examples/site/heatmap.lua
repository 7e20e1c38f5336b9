-- SPDX-License-Identifier: MIT

--- The heatmap of the site, drawn by the command line program.
-- @module site.heatmap

local quote = require("shell").quote

local heatmap = {}

-- Width and height of a PNG: two big-endian numbers after 16 bytes.
local function png_size(path)
  local file = io.open(path, "rb")
  local header = file and file:read(24)
  if file then
    file:close()
  end
  if not header or #header < 24 or header:sub(2, 4) ~= "PNG" then
    return nil
  end
  local function number(at)
    local a, b, c, d = header:byte(at, at + 3)
    return ((a * 256 + b) * 256 + c) * 256 + d
  end
  return number(17), number(21)
end

--- Draws the similarity matrix of a file of embeddings.
-- @param program path of vulkan-compute
-- @param embeddings an .npy file
-- @param picture the .png file to write
-- @return width, height; or nil and a sentence
function heatmap.draw(program, embeddings, picture)
  os.remove(picture)
  local pipe = io.popen(("%s heatmap --quiet --embeddings %s --output %s --order cluster 2>&1")
    :format(quote(program), quote(embeddings), quote(picture)))
  local said = pipe:read("*a")
  pipe:close()
  local width, height = png_size(picture)
  if not width then
    return nil, ("%s drew no heatmap%s"):format(program,
      said:find("%S") and ": " .. said:gsub("%s+$", "") or "")
  end
  return width, height
end

return heatmap
