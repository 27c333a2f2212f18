"""bubblewrap: namespaces without a daemon, as a user or as root.

As root the sandbox has no user namespace: bubblewrap lays out mounts that root can read (a Python below /root, say) at
the same paths, and the zygote then becomes an unprivileged user for good. As a user, a user namespace does it.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO

from mlpilot.sandbox import gpus, userns
from mlpilot.sandbox.box import Box, Preparation, Terms
from mlpilot.sandbox.cgroup import Cgroup, reap_groups
from mlpilot.sandbox.environment import ADDED, BARE, INSIDE, PACKAGE, SCRATCH, Environment, environment
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import PrivateFolder, reap_folders
from mlpilot.sandbox.memory import MemoryWatch
from mlpilot.sandbox.pool import OwnSession, ZygotePool
from mlpilot.sandbox.protocol import Limits, Mount, Probe
from mlpilot.sandbox.spawn import ZygoteProcess, unused_user
from mlpilot.sandbox.unmet import unmet

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/alternatives",
)
_USER = 1000
_UNSEEN = (
    "this Python lies in a folder that a sandbox of yours cannot enter: install it where you own every folder above"
)
_INSTALL = "install the package `bubblewrap` (apt-get, dnf, pacman and zypper all call it so)"


class BubblewrapWalls:
    """A running bubblewrap with its zygote."""

    private_memory = True
    limits_processes = False
    terms = Terms()
    scratch = SCRATCH
    oom_seconds = 0.0

    def __init__(self, limits: Limits, mounts: Sequence[Mount], chosen: Environment = BARE) -> None:
        self.uid = unused_user() if os.getuid() == 0 else _USER
        python, given = chosen.python, gpus.find(chosen.gpus)
        self.read = [*SYSTEM, "/etc", *python.folders, INSIDE, ADDED, *(mount.target for mount in mounts)]
        self.read += gpus.READ if given.nodes else ()
        self.devices = given.inside
        self._cgroup = Cgroup.make(limits)
        with _text_file(f"sandbox:x:{self.uid}:{self.uid}::{SCRATCH}:/bin/sh\n") as users:
            command = [
                *(self._cgroup.enter if self._cgroup else ()),
                *_command(limits, mounts, users.fileno(), self.uid, chosen, given),
            ]
            self.zygote = ZygoteProcess(
                command, env={"PATH": os.defpath}, pass_fds=[users.fileno()], python=python.executable
            )
        self.channel = self.zygote.channel
        self.memory_is_watched = self._cgroup is None
        self._memory = self._cgroup or MemoryWatch(self.zygote.pid, limits.memory_bytes)

    def out_of_memory(self) -> bool:
        return self._memory.out_of_memory()

    def disk_full(self) -> bool:
        return False  # its file systems bound bytes, and the zygote files

    def last_words(self) -> str:
        return self.zygote.last_words()

    def pid(self) -> int:
        return self.zygote.pid

    def described(self) -> None:
        return None

    def destroy(self) -> None:
        # Every process inside dies with process 1 of its namespace, and that dies with bubblewrap.
        self.zygote.destroy()
        self._memory.remove()


def _text_file(text: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(text.encode())
    file.flush()
    file.seek(0)
    return file


def _command(
    limits: Limits, mounts: Sequence[Mount], users_fd: int, uid: int, chosen: Environment, given: gpus.Gpus
) -> list[str]:
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise NoSandboxError("bubblewrap is not installed; install the package `bubblewrap`")
    user = [] if os.getuid() == 0 else ["--unshare-user", "--uid", str(uid), "--gid", str(uid)]
    namespaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    command = [bwrap, *user, *namespaces, "--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
    python, added = chosen.python, [] if chosen.added is None else [(str(chosen.added), ADDED)]
    variables = environment(str(Path(python.executable).parent), [*(ADDED for _ in added), python.home])
    for name, value in (variables | given.variables).items():
        command += ["--setenv", name, value]
    binds: list[tuple[str, str]] = []
    for path in SYSTEM:
        if Path(path).is_symlink():
            command += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).exists():
            binds.append((path, path))
    binds += [(path, path) for path in (*SETTINGS, *python.folders, *(gpus.READ[-1:] if given.nodes else ()))]
    inside = Path(__file__).parent / "inside"
    binds += [(str(inside), PACKAGE), ("/sys/devices/system/cpu",) * 2, *added]
    command += _folders([*(target for _, target in binds), *(mount.target for mount in mounts)])
    for source, target in binds:
        command += ["--ro-bind-try", source, target]
    for mount in mounts:
        command += ["--ro-bind", str(mount.source.resolve()), mount.target]
    command += ["--ro-bind-data", str(users_fd), "/etc/passwd", "--proc", "/proc", "--dev", "/dev", "--dir", "/tmp"]
    for source, target in given.nodes:
        command += ["--dev-bind", source, target]
    for path in ("/dev/shm", SCRATCH):
        command += ["--perms", "0700", "--size", str(limits.disk_bytes), "--tmpfs", path]
    return [*command, "--remount-ro", "/", "--chdir", "/", "--"]


def _folders(targets: Iterable[str]) -> list[str]:
    """Make the folders above `targets` readable to all: by itself bubblewrap 0.8 makes them for the owner alone."""
    above = {str(folder) for target in targets for folder in Path(target).parents} - {"/"}
    return [word for folder in sorted(above) for word in ("--perms", "0755", "--dir", folder)]


class Bubblewrap:
    """The `bubblewrap` backend."""

    name = "bubblewrap"

    def __init__(self, chosen: Environment = BARE) -> None:
        self.environment = chosen

    @cached_property
    def _probed(self) -> Probe:
        if shutil.which("bwrap") is None:
            return Probe(False, "bubblewrap is not installed", _INSTALL)
        if lacking := unmet(self.environment):
            return lacking
        with _text_file("") as users:
            command = _command(Limits(), (), users.fileno(), _USER, self.environment, gpus.find(self.environment.gpus))
            command += [self.environment.python.executable, "-I", "-c", ""]
            tried = subprocess.run(command, pass_fds=(users.fileno(),), capture_output=True, text=True, check=False)
        if tried.returncode != 0:
            words = " ".join(tried.stderr.split())[:300]
            return Probe(False, f"bubblewrap: {words}", _UNSEEN if "execvp" in words else userns.remedy())
        return Probe(True, "bubblewrap: no network, no host files, memory and processes bounded")

    def probe(self) -> Probe:
        """See `Sandbox.probe`."""
        return self._probed

    def inside(self, mount: Mount) -> str:
        """See `Sandbox.inside`."""
        return mount.target

    def pool(
        self, limits: Limits, mounts: Sequence[Mount] = (), *, preload: str = "", path: Sequence[str] = ()
    ) -> ZygotePool:
        """See `Sandbox.pool`."""
        reap_folders()
        reap_groups()
        preparation = Preparation(preload, tuple(path))
        return ZygotePool(
            lambda: Box(BubblewrapWalls(limits, mounts, self.environment), limits, preparation, PrivateFolder())
        )

    def open(self, limits: Limits, mounts: Sequence[Mount] = ()) -> OwnSession:
        """See `Sandbox.open`."""
        return OwnSession(self.pool(limits, mounts))
