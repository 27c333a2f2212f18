"""Take memory until there is none.

category: resources
ends: out_of_memory
timeout: 60
"""

kept = []
while True:
    kept.append(bytearray(b"x" * (16 << 20)))
