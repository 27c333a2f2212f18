"""What a case may use, what a session is asked to look for, and how much a process has grown."""

import contextlib
from pathlib import Path

from mlpilot.sandbox.protocol import Limits

LIMITS = Limits(
    memory_bytes=768 * 2**20,
    cpus=1.0,
    processes=64,
    disk_bytes=32 * 2**20,
    output_bytes=2**20,
    buffer_bytes=32 * 2**20,
    threads=2,
)
MOST_BYTES = 2**20
"""Of a file that is fetched."""

LOOK_AT_FILES = """
import os
for place in ("/scratch", "/dev/shm", "/tmp", "/var/tmp", "/run", os.getcwd(), "/mnt/data"):
    for folder, folders, files in os.walk(place):
        print(*folders, *files)
"""
"""A cell that says which files it finds where a cell before it could have left some."""

LOOK = """
print(dict(os.environ), open("/proc/self/mountinfo").read() if os.access("/proc/self/mountinfo", 4) else "")
for pid in range(1, 600):
    try:
        print(open(f"/proc/{pid}/cmdline").read())
    except OSError:
        pass
"""
"""And what else it finds: its environment, mounts, and the processes that it can see."""


def forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """The most bytes that this process has had in memory, since it was last told to forget."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
