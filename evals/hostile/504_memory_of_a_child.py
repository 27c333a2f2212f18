"""Take memory in a child, which dies in one's stead.

category: resources
ends: ok|out_of_memory
timeout: 60
"""

if os.fork() == 0:
    kept = []
    while True:
        kept.append(bytearray(b"x" * (16 << 20)))
print(os.wait()[1])
