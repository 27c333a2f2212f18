"""Read the environment of every process.

category: reading
ends: ok
"""

for pid in [host.pid, *range(1, 5000)]:
    try:
        print(open(f"/proc/{pid}/environ", "rb").read())
    except OSError:
        pass
