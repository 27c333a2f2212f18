"""docker: a container without network, capabilities or a writable system; memory and processes bounded by cgroups."""

import contextlib
import os
import socket
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import docker as engine
import docker.errors as engine_errors
import requests

from mlpilot.sandbox.box import Box, Preparation, Terms
from mlpilot.sandbox.docker_contents import Contents, contents, identified, lacking
from mlpilot.sandbox.environment import BARE, INSIDE, PACKAGE, SCRATCH, Environment, environment
from mlpilot.sandbox.errors import NoSandboxError, UserError
from mlpilot.sandbox.folder import PrivateFolder, owner, owner_is_dead, reap_folders
from mlpilot.sandbox.pool import OwnSession, ZygotePool
from mlpilot.sandbox.protocol import Limits, Mount, Probe

_OWNER = "mlpilot.owner"
_DOOR = f"{INSIDE}/door"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt")
_UNPRIVILEGED = 65534
_START_SECONDS = 30.0
_SOCKET = "unix:///var/run/docker.sock"
_CAUSES: dict[type[BaseException], str] = {
    FileNotFoundError: "there is no such socket; start Docker, or say in DOCKER_HOST where it is",
    ConnectionRefusedError: "nobody listens there; start Docker, or say in DOCKER_HOST where it is",
    PermissionError: "this user may not connect to it; join the group docker, or use a rootless Docker",
    socket.gaierror: "no machine of that name is known; correct DOCKER_HOST",
    TimeoutError: "no answer in time; see whether Docker is well, and whether DOCKER_HOST is right",
    requests.Timeout: "no answer in time; see whether Docker is well, and whether DOCKER_HOST is right",
}


def connect(seconds: int = 60) -> Any:
    """A client, which waits so long for an answer, of the engine that `DOCKER_HOST` names or the default one.

    Raises `NoSandboxError`.
    """
    try:
        client = engine.from_env(timeout=seconds)
        client.ping()
    except (engine_errors.DockerException, requests.RequestException, ValueError) as error:
        address = os.environ.get("DOCKER_HOST") or _SOCKET
        raise NoSandboxError(f"no Docker engine answers at {address}: {_why(error)}") from None
    return client


def _why(error: BaseException) -> str:
    """What was wrong with the connection, found below what requests and urllib3 wrapped around it; and what to do."""
    below: list[BaseException] = [error]
    for one in below:
        for kind, words in _CAUSES.items():
            if isinstance(one, kind):
                return words
        wrapped = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        below += [found for found in wrapped if isinstance(found, BaseException) and found not in below]
    return " ".join(str(error).split())[:200]


class DockerWalls:
    """A running container with its zygote."""

    private_memory = True
    limits_processes = True
    terms = Terms()
    scratch = SCRATCH

    def __init__(self, client: Any, limits: Limits, mounts: Sequence[Mount], held: Contents) -> None:
        self._client = client
        # Started as root, the container's user is nobody; otherwise ourselves, who can do no more than we could.
        self.uid = os.getuid() or _UNPRIVILEGED
        self.read = [*_SYSTEM, *(mount.target for mount in mounts), *held.read]
        self.devices = [*held.devices]
        self._ooms = 0
        self._folder = PrivateFolder()
        try:
            self._start(limits, mounts, held)
        except (engine_errors.DockerException, requests.RequestException) as error:
            self._folder.remove()
            raise NoSandboxError(f"docker could not start the sandbox: {' '.join(str(error).split())[:300]}") from None

    def _start(self, limits: Limits, mounts: Sequence[Mount], held: Contents) -> None:
        door = self._folder.path / "door"
        door.mkdir(mode=0o755)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(door / "zygote"))
            # Only this user can enter the folder above; inside, the container's user must be able to connect.
            (door / "zygote").chmod(0o666)
            listener.listen(1)
            self._started = time.time()
            options = held.added_to(_options(limits, mounts, self.uid, door))
            self._container = self._client.containers.run(**options)
            self.channel = self._accept(listener)
        (door / "zygote").unlink()

    def _accept(self, listener: socket.socket) -> socket.socket:
        """The zygote's one connection, made before any generated code exists."""
        deadline = time.monotonic() + _START_SECONDS
        listener.settimeout(0.2)
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                return listener.accept()[0]
            self._container.reload()
            if self._container.status not in ("created", "running"):
                break
        words = " ".join(self.last_words().split())[-500:]
        self.destroy()
        raise NoSandboxError(f"the container did not start: {words or 'no answer from it'}")

    def out_of_memory(self) -> bool:
        try:
            events = self._client.api.events(
                since=self._started,
                until=time.time(),
                filters={"container": self._container.id, "event": "oom"},
                decode=True,
            )
            ooms = sum(1 for _ in events)
        except (engine_errors.DockerException, requests.RequestException):
            return False
        new, self._ooms = ooms > self._ooms, ooms
        return new

    def disk_full(self) -> bool:
        return False  # its file systems bound bytes, and the zygote files

    def last_words(self) -> str:
        try:
            return str(self._container.logs(tail=100).decode(errors="replace"))
        except (engine_errors.DockerException, requests.RequestException):
            return ""

    def destroy(self) -> None:
        with contextlib.suppress(engine_errors.DockerException, requests.RequestException):
            self._container.remove(force=True, v=True)
        self._folder.remove()


def _options(limits: Limits, mounts: Sequence[Mount], uid: int, door: Path) -> dict[str, Any]:
    inside = Path(__file__).parent / "inside"
    binds = [(inside, PACKAGE), (door, _DOOR), *((m.source, m.target) for m in mounts)]
    return {
        "command": ["python3", "-s", "-P", "-m", "mlpilot.sandbox.inside.zygote", f"unix:{_DOOR}/zygote"],
        "detach": True,
        "labels": {_OWNER: owner()},
        "user": f"{uid}:{os.getgid() if os.getuid() else uid}",
        "environment": environment("/opt/venv/bin"),
        "working_dir": "/",
        "hostname": "sandbox",
        "init": True,
        "network_mode": "none",
        "ipc_mode": "private",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "pids_limit": limits.processes,
        "mem_limit": limits.memory_bytes,
        "memswap_limit": limits.memory_bytes,
        "nano_cpus": int(limits.cpus * 1e9),
        "shm_size": limits.disk_bytes,
        "tmpfs": {
            SCRATCH: f"rw,exec,nosuid,nodev,size={limits.disk_bytes},nr_inodes={limits.files},uid={uid},mode=0700"
        },
        "mounts": [engine.types.Mount(to, str(source.resolve()), "bind", read_only=True) for source, to in binds],
        "log_config": engine.types.LogConfig(type="json-file", config={"max-size": "1m", "max-file": "1"}),
    }


def _reap(client: Any) -> None:
    """Remove the containers of owners that are dead."""
    for container in client.containers.list(all=True, filters={"label": _OWNER}, ignore_removed=True):
        if owner_is_dead(container.labels.get(_OWNER, "")):
            with contextlib.suppress(engine_errors.APIError):
                container.remove(force=True, v=True)


class Docker:
    """The `docker` backend."""

    name = "docker"

    def __init__(self, chosen: Environment = BARE) -> None:
        self.environment = chosen

    @cached_property
    def _client(self) -> Any:
        return connect()

    def image_is_there(self) -> bool:
        """Whether the engine has the image. Raises `NoSandboxError` when no engine answers."""
        found = identified(self._client, self.environment)
        self.environment = found or self.environment
        return found is not None

    @cached_property
    def _held(self) -> Contents:
        self.environment, held = contents(self._client, self.environment)
        return held

    @cached_property
    def _probed(self) -> Probe:
        try:
            if not self.image_is_there():
                return Probe(False, *lacking(self.environment))
            trial = {"command": ["true"], "network_mode": "none", "remove": True, "labels": {_OWNER: owner()}}
            self._client.containers.run(**self._held.added_to(trial))
        except UserError as error:
            what, _, remedy = str(error).partition("; ")
            return Probe(False, what, remedy or "start a Docker engine that you may use")
        except engine_errors.DockerException as error:
            return Probe(False, f"docker cannot run a container: {' '.join(str(error).split())[:300]}")
        version = self._client.version().get("Version", "")
        return Probe(True, f"docker {version}: no network, no host files, memory and processes bounded")

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
        _reap(self._client)
        preparation = Preparation(preload, tuple(path))
        held = self._held
        return ZygotePool(
            lambda: Box(DockerWalls(self._client, limits, mounts, held), limits, preparation, PrivateFolder())
        )

    def open(self, limits: Limits, mounts: Sequence[Mount] = ()) -> OwnSession:
        """See `Sandbox.open`."""
        return OwnSession(self.pool(limits, mounts))
