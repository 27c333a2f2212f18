"""Print a megabyte of beginnings of escape sequences.

category: lies
ends: ok|too_much_output
needs: kernel
timeout: 30
"""

print("\x1b]" * 200_000)
print(("\x1b]" + "a" * 1000) * 200)
print("\x1b[" + "0;" * 200_000)
