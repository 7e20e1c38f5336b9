-- SPDX-License-Identifier: MIT

--- The heatmap of the site, drawn by the command line program.
-- @module site.heatmap

local heatmap = {}

local function quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

--- Finds the program `vulkan-compute`: where the environment variable VKC_PROGRAM
-- says, in the build folder of the project, or on the PATH.
-- @param root the folder of the project
-- @return its path, or nil and a sentence
function heatmap.program(root)
  local named = os.getenv("VKC_PROGRAM")
  if named and named ~= "" then
    if exists(named) then
      return named
    end
    return nil, ("VKC_PROGRAM names %s, which is not there"):format(named)
  end
  for _, path in ipairs({ root .. "/build/vulkan-compute", root .. "/build/cli/vulkan-compute" }) do
    if exists(path) then
      return path
    end
  end
  local pipe = io.popen("command -v vulkan-compute 2>/dev/null")
  local found = pipe:read("*l")
  pipe:close()
  if found then
    return found
  end
  return nil, "the program vulkan-compute is neither built nor installed"
end

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
