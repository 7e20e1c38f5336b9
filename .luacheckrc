-- SPDX-License-Identifier: MIT
std = "luajit"
max_line_length = 100
-- "not (x <= y)" is how to say that x may be nan.
ignore = {"581"}
-- LuaUnit finds test classes by their global names, and calls their methods with a colon.
files["tests"] = {allow_defined_top = true, self = false}
