"""Search one's own memory for what the host once put there.

category: reading
ends: ok|error
timeout: 60
"""

found = []
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        low, high = (int(end, 16) for end in line.split()[0].split("-"))
        if line.split()[1].startswith("rw") and "[v" not in line:
            try:
                memory.seek(low)
                block = memory.read(min(high - low, 1 << 27))
            except OSError:
                continue
            at = block.find(b"canary" + b"-")
            if at >= 0:
                found.append(block[at : at + 40])
            del block
print(found[:20])
