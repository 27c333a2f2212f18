"""Take over another process with ptrace.

category: privilege
ends: ok
"""

for pid in (host.pid, 1, os.getppid(), os.getpid()):
    for request in (16, 0x4206):
        tried(f"{request} {pid}", lambda: call(101, request, pid, 0, 0))
    try:
        call(101, 17, pid, 0, 0)
    except OSError:
        pass
