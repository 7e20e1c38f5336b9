-- SPDX-License-Identifier: MIT

--- Draws the heatmap of the site with the command line program.
-- @module site.heatmap

local quote = require("shell").quote

local heatmap = {}

-- Returns the width and height of a PNG, which are big-endian numbers at offset 16.
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
-- @param embeddings path of an .npy file
-- @param picture path of the .png file to write
-- @return width and height in pixels, or nil and a message
function heatmap.draw(program, embeddings, picture)
  os.remove(picture)
  local pipe = io.popen(("%s heatmap --quiet --embeddings %s --output %s --order cluster 2>&1")
    :format(quote(program), quote(embeddings), quote(picture)))
  local output = pipe:read("*a")
  pipe:close()
  local width, height = png_size(picture)
  if not width then
    return nil, ("%s drew no heatmap%s"):format(program,
      output:find("%S") and ": " .. output:gsub("%s+$", "") or "")
  end
  return width, height
end

return heatmap
