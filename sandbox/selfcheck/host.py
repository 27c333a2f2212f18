"""What the host sees of a process, in its own /proc: the sandbox has no say in it."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpilot.sandbox.memory import tree

NAMESPACES = ("user", "pid", "net", "ipc", "uts", "mnt", "cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_BOUNDS = {
    "memory": (("memory", "memory.limit_in_bytes"), ("", "memory.max")),
    "pids": (("pids", "pids.max"), ("", "pids.max")),
}
"""Where a control group says its bound: version 1's controller and file, then version 2's."""


@dataclass(frozen=True)
class Process:
    """One process, read once."""

    pid: int
    status: Mapping[str, str]
    namespaces: Mapping[str, int]
    environment: str
    descriptors: Mapping[str, str]
    sockets: Mapping[str, str]
    """Kernel tables (`unix`, `tcp`, …) in which its sockets stand, by inode, in its own network namespace and ours."""
    mounts: Sequence[str]
    """Lines of mountinfo."""
    limits: Mapping[str, str]
    bounds: Mapping[str, int]
    """Bytes of memory, number of processes, as its control group bounds them; what is not there is not bounded."""
    oom_score: int
    user_threads: int
    """Threads of its user on this host; a limit of processes counts them all."""
    session: int
    """The session of processes, by the id of its leader."""
    parent_users: Sequence[str]
    """Real, effective, saved and file system user of its parent."""
    parent_guarded: bool
    """Whether processes of the same user may not look into its parent."""


def find(root: int, name: str) -> int | None:
    """The process below `root` whose command has this name, or None."""
    for pid in tree(root):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text(errors="replace").rstrip("\n") == name:
                return pid
    return None


def look(pid: int) -> Process:
    """Read all of process `pid`. Raises `OSError` where it is gone, or is not ours to see."""
    folder = Path(f"/proc/{pid}")
    status = _fields(folder / "status", ":\t")
    descriptors: dict[str, str] = {}
    for entry in (folder / "fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            descriptors[entry.name] = str(entry.readlink())
    inodes = {what[8:-1] for what in descriptors.values() if what.startswith("socket:[")}
    return Process(
        pid,
        status,
        {name: (folder / "ns" / name).stat().st_ino for name in NAMESPACES},
        (folder / "environ").read_bytes().decode(errors="replace"),
        descriptors,
        {inode: table for inode, table in _tables(folder) if inode in inodes},
        (folder / "mountinfo").read_text(errors="replace").splitlines(),
        {line[:26].strip(): line[26:47].strip() for line in (folder / "limits").read_text().splitlines()[1:]},
        dict(_group_bounds(folder)),
        int((folder / "oom_score_adj").read_text()),
        _threads_of(status.get("Uid", "").split()[:1]),
        int((folder / "stat").read_bytes().rpartition(b")")[2].split()[3]),
        *_parent(int(status.get("PPid", "0"))),
    )


def _parent(pid: int) -> tuple[Sequence[str], bool]:
    """Users of a process, and whether the kernel guards it from others of its user: its entries then belong to root."""
    users = _fields(Path(f"/proc/{pid}/status"), ":\t").get("Uid", "0").split()
    return users, users[0] != "0" and Path(f"/proc/{pid}/environ").stat().st_uid == 0


def _threads_of(user: Sequence[str]) -> int:
    count = 0
    for entry in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ValueError):
            fields = _fields(entry, ":\t")
            count += int(fields.get("Threads", "0")) if fields.get("Uid", "").split()[:1] == user else 0
    return count


def _fields(path: Path, separator: str) -> dict[str, str]:
    lines = path.read_text(errors="replace").splitlines()
    return dict(line.split(separator, 1) for line in lines if separator in line)


def _tables(folder: Path) -> Iterator[tuple[str, str]]:
    """`(inode, table)` of each socket in the process's network namespace, and of the Unix sockets in ours."""
    columns = {"unix": 6, **dict.fromkeys(("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "icmp"), 9), "netlink": 9,
               "packet": 8}  # fmt: skip
    for place, names in ((folder / "net", columns), (Path("/proc/self/net"), {"unix": 6})):
        for table in names:
            with contextlib.suppress(OSError):
                for line in (place / table).read_text(errors="replace").splitlines()[1:]:
                    words = line.split()
                    if len(words) > columns[table]:
                        yield words[columns[table]], table


def _group_bounds(folder: Path) -> Iterator[tuple[str, int]]:
    groups: dict[str, str] = {}
    for line in (folder / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        groups |= dict.fromkeys(controllers.split(","), path)
    for what, places in _BOUNDS.items():
        for controller, file in places:
            if controller not in groups:
                continue
            with contextlib.suppress(OSError, ValueError):
                yield what, int((_GROUPS / controller / groups[controller].lstrip("/") / file).read_text())
                break


def ourselves() -> Process:
    """This process."""
    return look(os.getpid())
