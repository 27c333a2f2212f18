"""Look at every other process inside, and stop them.

category: privilege
ends: ok
says: refused: others
"""

mine = {int(task) for task in os.listdir("/proc/self/task")}
for pid in range(2, 600):
    if pid in mine:
        continue
    for what, attempt in (("signal", lambda: os.kill(pid, 0)), ("read", lambda: open(f"/proc/{pid}/stat").read())):
        try:
            attempt()
            print(host.proof, what, pid)
        except OSError:
            pass
print("refused: others")
