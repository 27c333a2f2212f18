"""A kernel locks itself in before it runs any code that is not ours."""

import os
from collections.abc import Collection, Sequence
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


# What a process may read of itself where it shares the network and the mounts of the host: `net` and `mountinfo` would
# tell of those, and so would the same below `task`, of which only the numbers are to be seen.
_OF_ITSELF = (
    *("auxv", "cgroup", "cmdline", "comm", "environ", "fd", "fdinfo", "io", "limits", "maps", "oom_score"),
    *("oom_score_adj", "sched", "schedstat", "smaps", "smaps_rollup", "stat", "statm", "status"),
)


def enclose(*, read: Sequence[str], scratch: str, devices: Sequence[str] = ()) -> None:
    """For a zygote that no other walls surround: give up what no kernel of it will need, before the first import.

    It keeps `/proc`, since it must find and end what kernels have started. Raises `OSError` where Landlock is missing.
    """
    seccomp.no_new_privileges()
    landlock.restrict([*_readable(read, ["/proc"]), (scratch, _OWN), *_usable(devices)])


def lock(
    *,
    read: Sequence[str],
    scratch: str,
    enclosed: bool,
    without: Collection[seccomp.Without] = (),
    devices: Sequence[str] = (),
) -> int:
    """Give up everything but: reading `read`, writing `scratch`, a few devices, and this process.

    Of `devices`, which are paths or patterns of them, those that are there may be used in every way: GPUs.

    Shared memory (`/dev/shm`, which semaphores need) stays writable and cannot be listed; the zygote empties it before
    the next kernel runs. Not so if `enclosed` (no namespaces surround us): the host's own is not given at all, and less
    of `/proc` is. `without` is passed to `seccomp.restrict`.

    Returns the Landlock ABI in force, 0 where the kernel has none: then the seccomp filter holds alone, and the caller
    must give each kernel a sandbox of its own. Raises `OSError` where there is no seccomp.
    """
    seccomp.no_new_privileges()
    version = landlock.abi()
    if version:
        itself = f"/proc/{os.getpid()}"
        if enclosed:
            rules = [
                *_readable(read, [f"{itself}/{name}" for name in _OF_ITSELF]),
                (f"{itself}/task", landlock.READ_DIR),
            ]
        else:
            memory = ("/dev/shm", landlock.READ_FILE | landlock.WRITE | landlock.CHANGE)
            rules = [*_readable(read, [itself]), memory]
        landlock.restrict([*rules, (scratch, _OWN), *_usable(devices)])
    seccomp.restrict(without)
    return version


_OWN = landlock.READ | landlock.WRITE | landlock.CHANGE


def _usable(devices: Sequence[str]) -> list[tuple[str, int]]:
    return [(str(path), landlock.DEVICE) for pattern in devices for path in Path("/").glob(pattern[1:])]


def _readable(read: Sequence[str], processes: Sequence[str]) -> list[tuple[str, int]]:
    return [
        *((path, landlock.READ) for path in read),
        *((path, landlock.READ_FILE | landlock.READ_DIR) for path in (*processes, *_PROCESSORS)),
        *((path, landlock.READ_FILE | landlock.WRITE) for path in _DEVICES),
    ]
