-- SPDX-License-Identifier: MIT

-- The site in a real browser: pages render without scripts, links lead to pages, pictures are
-- shown, nothing is wider than the screen, and text contrasts with its background, in light and in
-- dark mode.
--
-- CHROMIUM names the program to run. If KEEP_SITE names a folder, the pages are kept there.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local root = here .. "/../.."
package.path = here .. "/?.lua;" .. here .. "/../lua/?.lua;" .. package.path

local lu = require("luaunit")
local html = require("html")
local scratch = require("scratch")

local LUAJIT = os.getenv("LUAJIT") or "luajit"
local CHROMIUM = os.getenv("CHROMIUM") or "chromium"
local OPTIONS = " --headless --no-sandbox --disable-gpu --no-first-run"
  .. " --disable-background-networking --disable-component-update --disable-sync --disable-quic"
  .. " --hide-scrollbars"

local TEXTS = {
  "The cat sleeps on the warm windowsill.\n  It dreams of mice & men.",
  "Two cats sleep on a sunny windowsill, dreaming of mice.",
  "<script>document.body.innerHTML = \"5 < 6\"</script>\nIt's only text.",
  "Interest rates rise when inflation does.",
  "Der Bär läuft über die Brücke – 'heute' & immer.",
  ("Averylongwordwithoutanyplacetobreakit"):rep(12),
}

-- Runs in a copy of a page, and stores what it measures as the text of an element.
local PROBE = [[
<script>
window.addEventListener("load", function () {
  function channels(color) { return color.match(/[\d.]+/g).slice(0, 3).map(Number); }
  function luminance(color) {
    var linear = channels(color).map(function (c) {
      c /= 255;
      return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }
  function contrast(a, b) {
    a = luminance(a); b = luminance(b);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  var behind = getComputedStyle(document.body).backgroundColor, worst = 21;
  document.querySelectorAll("body, body *:not(script)").forEach(function (element) {
    worst = Math.min(worst, contrast(getComputedStyle(element).color, behind));
  });
  var pictures = Array.from(document.images).every(function (image) {
    return image.complete && image.naturalWidth > 0;
  });
  var links = Array.from(document.links).filter(function (a) { return !a.hash; })
    .map(function (a) { return a.href; });
  var result = document.createElement("pre");
  result.id = "probe";
  result.textContent = JSON.stringify({ wide: document.documentElement.scrollWidth,
    window: window.innerWidth, contrast: worst, dark: luminance(behind) < 0.2,
    pictures: pictures, links: links.join(" ") });
  document.body.appendChild(result);
});
</script>
]]

local folder, site

local function browse(url, more)
  local profile = scratch.folder()
  local status, output, message = scratch.run(("timeout 60 %s %s --user-data-dir=%s %s %s"):format(
    scratch.quote(CHROMIUM), OPTIONS, scratch.quote(profile), more or "--dump-dom",
    scratch.quote(url)))
  scratch.remove(profile)
  lu.assertEquals(status, 0, message)
  return output
end

local function url_of(name)
  return "file://" .. site .. "/" .. name
end

local function probe(name, more)
  local source = scratch.read(site .. "/" .. name)
  local copy = "probe-" .. name
  local before, after = source:match("^(.*)(</body>.*)$")
  scratch.write(site .. "/" .. copy, before .. PROBE .. after)
  local output = browse(url_of(copy), "--dump-dom " .. (more or ""))
  os.remove(site .. "/" .. copy)
  local json = output:match('<pre id="probe">(.-)</pre>')
  lu.assertNotNil(json, name .. " did not load: " .. output)
  return {
    wide = tonumber(json:match('"wide":(%d+)')),
    window = tonumber(json:match('"window":(%d+)')),
    contrast = tonumber(json:match('"contrast":([%d.]+)')),
    dark = json:match('"dark":(%a+)') == "true",
    pictures = json:match('"pictures":(%a+)') == "true",
    links = json:match('"links":"([^"]*)"'),
  }
end

TestBrowser = {}

function TestBrowser.setUpOnce()
  folder = os.getenv("KEEP_SITE") or scratch.folder()
  site = folder .. "/site"
  scratch.make(folder .. "/texts")
  for i, text in ipairs(TEXTS) do
    scratch.write(("%s/texts/%d.txt"):format(folder, i), text)
  end
  local status, _, message = scratch.run(("%s %s --output %s %s"):format(LUAJIT,
    scratch.quote(root .. "/examples/site.lua"), scratch.quote(site),
    scratch.quote(folder .. "/texts")))
  assert(status == 0, message)
end

-- Every page reachable from the index is what its link promises.
function TestBrowser.test_links_work()
  local titles, waiting, seen = {}, { "index.html" }, { ["index.html"] = true }
  while waiting[1] do
    local name = table.remove(waiting)
    local page = html.read(browse(url_of(name)):gsub("^<!DOCTYPE html>", "%0\n", 1))
    local title = html.all(page, "title")[1]
    lu.assertNotNil(title, name)
    lu.assertEquals(#html.all(page, "main"), 1, name .. " is not a page of the site")
    titles[#titles + 1] = title.text
    for _, link in ipairs(html.all(page, "a")) do
      local target = link.attributes.href
      if target:sub(1, 1) ~= "#" and not seen[target] then
        seen[target] = true
        waiting[#waiting + 1] = target
      end
    end
  end
  lu.assertEquals(#titles, #TEXTS + 1)
end

function TestBrowser.test_what_the_browser_shows_is_the_text()
  for i, text in ipairs(TEXTS) do
    local dom = browse(url_of(("text-%d.html"):format(i)))
    local shown = dom:match('<div class="text" id="text">(.-)</div>')
    shown = shown:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&amp;", "&")
    lu.assertEquals(shown, text)
  end
end

function TestBrowser.test_layout_and_colours()
  for _, name in ipairs({ "index.html", "text-1.html", "text-3.html", "text-6.html" }) do
    for _, size in ipairs({ "1280,900", "500,800" }) do
      local seen = probe(name, "--window-size=" .. size)
      lu.assertFalse(seen.dark)
      lu.assertTrue(seen.wide <= seen.window, ("%s is %d wide in a window of %d"):format(name,
        seen.wide, seen.window))
      lu.assertTrue(seen.contrast >= 4.5, ("%s has a contrast of %.2f"):format(name,
        seen.contrast))
      lu.assertTrue(seen.pictures, name .. " has a broken picture")
      for link in seen.links:gmatch("%S+") do
        local path = link:match("^file://(.*)")
        lu.assertNotNil(path and scratch.read(path), name .. " leads to " .. link)
      end
    end
    local dark = probe(name, "--blink-settings=preferredColorScheme=0")
    lu.assertTrue(dark.dark, name .. " is not dark where dark is preferred")
    lu.assertTrue(dark.contrast >= 4.5, ("%s has a contrast of %.2f in the dark"):format(name,
      dark.contrast))
  end
end

function TestBrowser.test_heatmap_is_shown()
  lu.skipIf(not os.getenv("VKC_PROGRAM"), "the program vulkan-compute was not built")
  lu.assertStrContains(browse(url_of("index.html")), '<img src="similarity.png"')
end

function TestBrowser.test_screenshot()
  local picture = folder .. "/index.png"
  browse(url_of("index.html"), "--window-size=1280,900 --screenshot=" .. scratch.quote(picture))
  local content = scratch.read(picture)
  lu.assertNotNil(content)
  lu.assertEquals(content:sub(1, 4), "\137PNG")
  -- A screenshot of an empty page compresses to less.
  lu.assertTrue(#content > 10000)
end

TestBrowser.setUpOnce()
require("finish")(function()
  if not os.getenv("KEEP_SITE") then
    scratch.remove(folder)
  end
end)
