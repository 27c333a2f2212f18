"""landlock: no namespaces and no daemon; a zygote that gives up all files but a few, and kernels that give up more.

For machines without Docker whose users may not make namespaces, so that bubblewrap cannot work. Started as root, the
zygote becomes a user whom nobody else is; as a user it stays that user, and Landlock and seccomp alone hold it.

As root, what lies below a folder that is closed to others must be made reachable for that user: in a mount namespace of
the zygote's own (`inside.reach`), or where root may make none (in most containers), as a copy that is shown instead.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import weakref
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from mlpilot.sandbox import gpus
from mlpilot.sandbox.bare import BareWalls, inside, sources
from mlpilot.sandbox.box import Box, Preparation, Terms
from mlpilot.sandbox.bubblewrap import SETTINGS, SYSTEM
from mlpilot.sandbox.cgroup import Cgroup, reap_groups
from mlpilot.sandbox.environment import BARE, Environment, environment
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import PrivateFolder, reap_folders
from mlpilot.sandbox.inside.landlock import abi
from mlpilot.sandbox.inside.seccomp import Without
from mlpilot.sandbox.pool import OwnSession, ZygotePool
from mlpilot.sandbox.protocol import Limits, Mount, Probe
from mlpilot.sandbox.spawn import unused_user
from mlpilot.sandbox.unmet import unmet

LEAST_ABI = 4
"""Linux 6.7. From 3 on, a file that may not be written cannot be cut to nothing either; from 4 on, TCP is refused by
Landlock too, so that two walls stand between a Cell and the network."""
SIGNALS_ABI = 6
"""Linux 6.12. From here on Landlock keeps signals in; below, where the user is the person's own, seccomp must."""
_SECONDS = 30.0
_MORE_SETTINGS = ("/etc/mime.types", "/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf")
"""What libraries open because it is there, and would not expect to be refused."""
_UPGRADE = "use a kernel of 6.7 or later, or docker, or bubblewrap"


def _environment(code: str, chosen: Environment) -> dict[str, str]:
    python = chosen.python
    variables = environment(str(Path(python.executable).parent))
    folders = [code, f"{code}/mlpilot/sandbox/inside/site", *([str(chosen.added)] if chosen.added else []), python.home]
    variables["PYTHONPATH"] = ":".join(folders)
    # Without /dev/shm there are no semaphores between processes: joblib then works in one, and need not warn of it.
    return {**variables, "USER": "sandbox", "LOGNAME": "sandbox", "JOBLIB_MULTIPROCESSING": "0"}


_UNSHARE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x00020000))"


def _is_behind_a_closed_folder(path: Path) -> bool:
    """Whether others than its owner cannot get to `path`."""
    return any(not folder.stat().st_mode & 0o001 for folder in path.parents)


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, without what its links lead to, readable for all. Raises `NoSandboxError`."""
    try:
        if target.is_dir():
            shutil.rmtree(target)
        if not source.is_dir():
            shutil.copyfile(source, target)
            target.chmod(0o644)
            return
        shutil.copytree(source, target, symlinks=True, copy_function=shutil.copyfile)
        for path in (target, *target.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() else 0o644)
    except (OSError, shutil.Error) as error:
        raise NoSandboxError(f"{source} could not be copied for the sandbox's user: {str(error)[:200]}") from None


class Landlock:
    """The `landlock` backend. Nothing is mounted: code finds a mount where the host has it (`inside`)."""

    name = "landlock"

    def __init__(self, chosen: Environment = BARE) -> None:
        self.environment = chosen
        self._is_root = os.getuid() == 0
        self._copies: dict[Path, Path] = {}

    @cached_property
    def _copies_are_needed(self) -> bool:
        """Whether we are root, and may not make mount namespaces."""
        tried = [sys.executable, "-I", "-c", _UNSHARE]
        return self._is_root and subprocess.run(tried, capture_output=True, check=False).returncode != 0

    @cached_property
    def _gallery(self) -> Path:
        """Where copies lie, for as long as we do: open to all who know its name, which nobody can list."""
        folder = PrivateFolder()
        weakref.finalize(self, folder.remove)
        folder.path.chmod(0o711)
        gallery = folder.path / secrets.token_hex(16)
        gallery.mkdir(mode=0o711)
        gallery.chmod(0o711)
        return gallery

    def _show(self, mounts: Sequence[Mount]) -> None:
        """Make sure that mounts are there, and copied, as they are now, where they must be."""
        for mount in mounts:
            source = mount.source.resolve()
            if not source.exists():
                raise NoSandboxError(f"{mount.source} is not there, and cannot be shown to the sandbox")
            if (shown := Path(self.inside(mount))) != source:
                _copy(source, shown)

    @property
    def _without(self) -> tuple[Without, ...]:
        """What kernels are refused, besides what any kernel is."""
        scoped = abi() >= SIGNALS_ABI or self._is_root
        return ("sessions",) if scoped else ("sessions", "signals")

    def _prepare(self, folder: PrivateFolder) -> tuple[int, list[str], dict[str, str]]:
        """The user to become, what it may read without mounts, and its environment; our sources go into `folder`."""
        if self._is_root:
            folder.path.chmod(0o711)
        code, chosen = sources(folder.path), self.environment
        (folder.path / "code").chmod(0o755)
        uid = unused_user() if self._is_root else os.getuid()
        read = [*SYSTEM, *SETTINGS, *_MORE_SETTINGS, *chosen.python.folders, code]
        read += [str(chosen.added)] if chosen.added else []
        return uid, read, _environment(code, chosen)

    def _walls(self, limits: Limits, mounts: Sequence[Mount]) -> BareWalls:
        given, folder = gpus.find(self.environment.gpus), PrivateFolder()
        uid, read, variables = self._prepare(folder)
        return BareWalls(
            limits,
            folder,
            env=variables | given.variables,
            read=[*read, *map(self.inside, mounts), *(gpus.READ if given.nodes else ())],
            devices=[source for source, _ in given.nodes],
            python=self.environment.python.executable,
            terms=Terms(enclosed=True, without=self._without, file_bytes=limits.disk_bytes),
            uid=uid,
            uid_is_its_own=self._is_root,
            limits_processes=False,
            group=Cgroup.make(limits),
        )

    @cached_property
    def _probed(self) -> Probe:
        version = abi()
        if version == 0:
            lsm = Path("/sys/kernel/security/lsm")
            order = lsm.read_text().strip() if lsm.exists() else ""
            boot = f"lsm=landlock,{order}" if order else "lsm=landlock,… (before those of /sys/kernel/security/lsm)"
            detail = "this kernel has no Landlock, or it was not switched on at boot, or a container's filter hides it"
            return Probe(False, f"landlock: {detail}", f"boot with {boot} on a kernel of 6.7 or later, or use docker")
        if version < LEAST_ABI:
            return Probe(False, f"landlock: version {version} of it is here, and {LEAST_ABI} is needed", _UPGRADE)
        if lacking := unmet(self.environment):
            return lacking
        if holes := self._try():
            return Probe(False, f"landlock: {holes[0]}", "see docs/sandbox.md; or use docker, or bubblewrap")
        signals = "" if "signals" not in self._without else "; a Cell cannot signal the processes that it starts"
        return Probe(True, f"landlock {version}: no network, no host files, memory and processes bounded{signals}")

    def _try(self) -> list[str]:
        """What did not hold, when a process locked itself in and tried."""
        folder = PrivateFolder()
        try:
            uid, read, variables = self._prepare(folder)
            scratch, canary = folder.path / "scratch", folder.path / "canary"
            scratch.mkdir(mode=0o700)
            canary.write_text("x")
            canary.chmod(0o644)
            config = {"uid": uid, "read": read, "scratch": str(scratch), "canary": str(canary)}
            words = json.dumps({**config, "without": self._without})
            command = [self.environment.python.executable, "-s", "-P", "-m", "mlpilot.sandbox.inside.attempt", words]
            tried = subprocess.run(
                command, env=variables, capture_output=True, text=True, timeout=_SECONDS, check=False, cwd="/"
            )
            found = json.loads(tried.stdout or "null")
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            return [" ".join(str(error).split())[:300]]
        finally:
            folder.remove()
        if not isinstance(found, list):
            return [f"trying it failed: {' '.join(tried.stderr.split())[-300:]}"]
        return [str(hole) for hole in found]

    def probe(self) -> Probe:
        """See `Sandbox.probe`."""
        return self._probed

    def inside(self, mount: Mount) -> str:
        """See `Sandbox.inside`."""
        source = mount.source.resolve()
        if self._copies_are_needed and _is_behind_a_closed_folder(source):
            return str(self._copies.setdefault(source, self._gallery / f"{len(self._copies)}-{source.name}"))
        return inside(source)

    def pool(
        self, limits: Limits, mounts: Sequence[Mount] = (), *, preload: str = "", path: Sequence[str] = ()
    ) -> ZygotePool:
        """See `Sandbox.pool`."""
        reap_folders()
        reap_groups()
        self._show(mounts)
        places = {mount.target: self.inside(mount) for mount in mounts}
        preparation = Preparation(preload, tuple(places.get(entry, entry) for entry in path))
        return ZygotePool(lambda: Box(self._walls(limits, mounts), limits, preparation, PrivateFolder()))

    def open(self, limits: Limits, mounts: Sequence[Mount] = ()) -> OwnSession:
        """See `Sandbox.open`."""
        return OwnSession(self.pool(limits, mounts))
