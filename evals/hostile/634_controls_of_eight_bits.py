"""Print controls of eight bits.

category: lies
ends: ok
"""

print("\x9b31mred \x9d0;title\x9c \x90x\x9c \x85 \x84")
