"""Send an escape sequence in two messages, so that neither is one.

category: lies
ends: ok
needs: kernel
"""

for part in ("\x1b", "[31mred", "\x1b]", "0;title\x07", "\x9b", "2J", "\r"):
    sys.stdout.write(part)
    sys.stdout.flush()
