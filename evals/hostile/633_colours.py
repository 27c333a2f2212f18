"""Print colours, titles, links, and what moves the cursor.

category: lies
ends: ok
"""

print(
    "\x1b[31mred\x1b[0m \x1b[2J\x1b[H \x1b]0;title\x07 \x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\ \x1b[999A\x1b[2K \x1bc \x1b(0"
)
print("\x1b]52;c;ZXZpbA==\x07", "\x1bP1$r\x1b\\", "\x1b_x\x1b\\", "\x1b^x\x1b\\", file=sys.stderr)
