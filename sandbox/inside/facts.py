"""Run in a container before any other: what holds inside, in the kernel's own words, as one line of JSON.

Its source is the whole program, given to `python3 -c`: nothing of ours need be inside. With a folder as its argument it
reads the file `token` there, and opens the socket `door`, through which it hands a descriptor to whoever listens.
"""

import contextlib
import json
import os
import socket
import sys
from pathlib import Path

DESCRIPTOR = b"a descriptor"
"""What the other side of the descriptor that we hand over says."""


def _read(*paths: str) -> str:
    """The first of the files that can be read; empty where none can."""
    for path in paths:
        with contextlib.suppress(OSError):
            return Path(path).read_text().strip()
    return ""


_GROUPS = "/sys/fs/cgroup"
_SYSTEM = ("/", "/usr", "/etc", "/opt", "/home", "/tmp", "/var/tmp", "/run")


def _limit(controller: str, file: str, old_file: str) -> str:
    """What bounds our control group: in version 2, where the whole tree may be in sight, or in version 1."""
    own = _read("/proc/self/cgroup").rpartition(":")[2].rstrip("/")
    return _read(f"{_GROUPS}{own}/{file}", f"{_GROUPS}/{file}", f"{_GROUPS}/{controller}/{old_file}")


def _devices() -> list[str]:
    """Network devices that are up; one that is down has a name in every namespace and reaches nobody."""
    names = [line.split(":")[0].strip() for line in _read("/proc/net/dev").splitlines() if ":" in line]
    return [name for name in names if int(_read(f"/sys/class/net/{name}/flags") or "1", 16) & 1]


def _can_write(folder: str) -> bool:
    file = Path(folder, "mlpilot-was-here")
    try:
        file.touch()
        file.unlink()
    except OSError:
        return False
    return True


def facts() -> dict[str, object]:
    """What holds here."""
    status = dict(line.split(":\t", 1) for line in _read("/proc/self/status").splitlines() if ":\t" in line)
    capabilities = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    return {
        "uid": os.getuid(),
        "mapped": _read("/proc/self/uid_map").split() != ["0", "0", "4294967295"],
        "capabilities": " ".join(name for name in capabilities if int(status.get(name, "1"), 16)),
        "no_new_privileges": status.get("NoNewPrivs") == "1",
        "devices": _devices(),
        "memory": _limit("memory", "memory.max", "memory.limit_in_bytes"),
        "processes": _limit("pids", "pids.max", "pids.max"),
        "writable": [place for place in _SYSTEM if _can_write(place)],
        "scratch": _can_write("/scratch"),
        "shared_memory": _can_write("/dev/shm"),
    }


def through_the_door(folder: str) -> str:
    """The token in `folder`, if its socket took a descriptor and somebody spoke through that; else why not."""
    try:
        token = _read(f"{folder}/token")
        ours, theirs = socket.socketpair()
        with ours, theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
            door.settimeout(5)
            ours.settimeout(5)
            door.connect(f"{folder}/door")
            socket.send_fds(door, [b"take this"], [theirs.fileno()])
            theirs.close()
            heard = ours.recv(100) == DESCRIPTOR
    except OSError as error:
        return f"no: {error}"
    return token if heard else "no: a descriptor did not get through"


if __name__ == "__main__":
    found = facts()
    if len(sys.argv) > 1:
        found["door"] = through_the_door(sys.argv[1])
    print(json.dumps(found), flush=True)
