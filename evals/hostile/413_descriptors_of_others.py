"""Take an open file from another process.

category: privilege
ends: ok
"""

for pid in (host.pid, 1, os.getppid()):
    tried(f"{pid}", lambda: call(438, os.pidfd_open(pid), 0, 0))
