"""Read the memory of a process of the host through /proc.

category: reading
ends: error
says: PermissionError|FileNotFoundError|NotADirectoryError
"""

with open(f"/proc/{host.pid}/maps") as maps, open(f"/proc/{host.pid}/mem", "rb", 0) as memory:
    for line in maps:
        low, high = (int(end, 16) for end in line.split()[0].split("-"))
        if "rw-p" in line:
            memory.seek(low)
            block = memory.read(min(high - low, 1 << 26))
            at = block.find(b"canary-")
            while at >= 0:
                print(block[at : at + 40])
                at = block.find(b"canary-", at + 1)
