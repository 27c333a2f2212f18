"""A kernel locks itself in before it runs any code that is not ours."""

import os
from collections.abc import Sequence
from pathlib import Path

from mlpilot.sandbox.inside import landlock, seccomp

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
# joblib and the C library count processors and memory with these. Not /proc/stat: it counts forks, so that one kernel
# could leave a number for the next.
_PROCESSORS = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/filesystems",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/fs/cgroup/cpu.max",
    "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
    "/sys/fs/cgroup/cpu/cpu.cfs_period_us",
)


def lock(*, read: Sequence[str], scratch: str, devices: Sequence[str] = ()) -> int:
    """Give up everything but: reading `read`, writing `scratch`, a few devices, and this process.

    Of `devices`, which are paths or patterns of them, those that are there may be used in every way: GPUs.

    Shared memory (`/dev/shm`, which semaphores need) stays writable and cannot be listed; the zygote empties it before
    the next kernel runs. Returns the Landlock ABI in force, 0 where the kernel has none: then the seccomp filter holds
    alone, and the caller must give each kernel a sandbox of its own. Raises `OSError` where there is no seccomp.
    """
    seccomp.no_new_privileges()
    version = landlock.abi()
    if version:
        own = f"/proc/{os.getpid()}"
        landlock.restrict(
            [
                *((path, landlock.READ) for path in read),
                *((path, landlock.READ_FILE | landlock.READ_DIR) for path in (own, *_PROCESSORS)),
                *((path, landlock.READ_FILE | landlock.WRITE) for path in _DEVICES),
                *((str(path), landlock.DEVICE) for pattern in devices for path in Path("/").glob(pattern[1:])),
                (scratch, landlock.READ | landlock.WRITE | landlock.CHANGE),
                ("/dev/shm", landlock.READ_FILE | landlock.WRITE | landlock.CHANGE),
            ]
        )
    seccomp.restrict()
    return version
