"""Write through the root of another process.

category: writing
ends: ok|error
"""

for pid in [host.pid, *range(1, 400)]:
    try:
        open(f"/proc/{pid}/root{host.outside}/{host.mark}", "w").write("x")
        break
    except OSError as error:
        last = error
print(last)
