"""Started as root: make what the sandbox may read reachable for the unprivileged user that it is about to become.

A Python below /root, or data in a folder of mode 0700, cannot be reached by another user, whatever the modes of the
files themselves. Where root may make a mount namespace, the zygote gets one of its own, in which an empty folder stands
before each such folder, and what is needed is bound into it at its own path. Where it may not (in many containers), the
sandbox does not start, and says which folder is in the way.

In such a namespace reading leaves no time of access behind either, in which one kernel could tell another what it read.
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE = 442, -100, 0x8000
_MOUNT_ATTR_RELATIME, _MOUNT_ATTR_NOATIME, _MOUNT_ATTR__ATIME = 0, 0x10, 0x70
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def _mount(source: str, target: Path, kind: str, flags: int, data: str = "") -> None:
    words = (source, str(target), kind, data)
    encoded = [os.fsencode(word) or None for word in words]
    _check(_libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3]), f"mount {target}")


def barrier(path: Path, uid: int) -> Path | None:
    """The highest folder above `path` that user `uid`, who is in no group, cannot enter; None where there is none."""
    os.setegid(uid)
    os.seteuid(uid)
    try:
        for folder in reversed(path.parents):
            if not os.access(folder, os.X_OK, effective_ids=True):
                return folder
    finally:
        os.seteuid(0)
        os.setegid(0)
    return None


def lay_open(read: Iterable[str], scratch: str, uid: int) -> None:
    """Make `read` and `scratch` reachable for `uid`, in a mount namespace of our own, if they are not.

    Call it as root, in no supplementary group, and before anything is restricted. Raises `RuntimeError`, in one line
    for the person, where that needs a mount namespace and none is to be had.
    """
    wanted = [path for text in (*read, scratch) if (path := Path(text)).exists()]
    names = dict.fromkeys(name for path in wanted for name in (path, path.resolve()))
    # A wall that is a link is none: what it leads to is in the list under its own name.
    hidden = {path: wall for path in names if (wall := barrier(path, uid)) and not wall.is_symlink()}
    try:
        _check(_libc.unshare(_CLONE_NEWNS), "unshare")
        _mount("", Path("/"), "", _MS_REC | _MS_PRIVATE)
        _keep_no_times_of_access()
    except OSError:
        if not hidden:
            return
        path, wall = next(iter(hidden.items()))
        raise RuntimeError(
            f"the sandbox's user cannot reach {path}, since {wall} is closed to others: `chmod o+x {wall}`, or run "
            "mlpilot as a user other than root"
        ) from None
    _rebuild(hidden, Path(scratch).resolve())


def _keep_no_times_of_access() -> None:
    """Mount everything anew without them. Kernels before 5.12 cannot, and go on keeping them.

    /proc keeps its own: a user below us may mount another only where it is as it was.
    """
    for place, how, flags in ((b"/", _MOUNT_ATTR_NOATIME, _AT_RECURSIVE), (b"/proc", _MOUNT_ATTR_RELATIME, 0)):
        attributes = (ctypes.c_uint64 * 4)(how, _MOUNT_ATTR__ATIME, 0, 0)
        number, here = ctypes.c_long(_MOUNT_SETATTR), ctypes.c_int(_AT_FDCWD)
        _libc.syscall(number, here, place, ctypes.c_uint(flags), attributes, ctypes.c_size_t(32))


def _rebuild(hidden: dict[Path, Path], writable: Path) -> None:
    """Put an empty folder before each wall, and what is behind it that is needed back into its place."""
    sources = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in hidden}
    for wall in sorted(set(hidden.values())):
        _mount("tmpfs", wall, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755,size=1m")
    laid: list[Path] = []
    for path in sorted(hidden):
        if any(path.is_relative_to(other) for other in laid):
            continue
        is_folder = Path(f"/proc/self/fd/{sources[path]}").is_dir()
        (path if is_folder else path.parent).mkdir(mode=0o755, parents=True, exist_ok=True)
        if not is_folder:
            path.touch(mode=0o644)
        _mount(f"/proc/self/fd/{sources[path]}", path, "", _MS_BIND | _MS_REC)
        read_only = 0 if path == writable else _MS_RDONLY
        _mount("", path, "", _MS_REMOUNT | _MS_BIND | read_only | _MS_NOSUID | _MS_NODEV)
        laid.append(path)
    for descriptor in sources.values():
        os.close(descriptor)
    for wall in sorted(set(hidden.values())):
        _mount("", wall, "", _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)
