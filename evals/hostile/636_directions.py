"""Reverse the direction of text.

category: lies
ends: ok
"""

print("\u202e desrever \u202c \u2066 x \u2069 \u202d y")
