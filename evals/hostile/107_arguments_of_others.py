"""Read the command line of every process.

category: reading
ends: ok
"""

for pid in [host.pid, *range(1, 5000)]:
    try:
        print(open(f"/proc/{pid}/cmdline", "rb").read())
    except OSError:
        pass
