"""Join the namespaces of another process.

category: privilege
ends: ok
"""

for pid in (host.pid, 1, os.getppid()):
    for kind in ("user", "mnt", "pid", "net", "ipc"):
        tried(f"{pid} {kind}", lambda: call(308, os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY), 0))
    tried(f"pidfd {pid}", lambda: call(308, os.pidfd_open(pid), 0x20000))
