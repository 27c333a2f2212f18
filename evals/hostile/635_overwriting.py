"""Overwrite what was printed before: carriage return, backspace, delete, bell.

category: lies
ends: ok
"""

print("score 0.50\rscore 0.99", "bad\b\b\bgood", "\x7f\x07\x0b\x0c\x00")
