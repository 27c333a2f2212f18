"""A running container with its zygote, reached over a shared socket or through its standard streams."""

import contextlib
import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docker as engine
import docker.errors as engine_errors
import requests

from mlpilot.sandbox.box import Terms
from mlpilot.sandbox.cgroup import Cgroup
from mlpilot.sandbox.docker_contents import Contents
from mlpilot.sandbox.docker_owner import labels
from mlpilot.sandbox.docker_tunnel import HostTunnel
from mlpilot.sandbox.environment import INSIDE, PACKAGE, SCRATCH, environment
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import PrivateFolder
from mlpilot.sandbox.protocol import Limits, Mount

DOOR = f"{INSIDE}/door"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt")
_SEALED = ("/tmp", "/var/tmp", "/run")
"""Folders that podman makes writable in a system that is not, unless something is there."""
_UNPRIVILEGED = 65534
_START_SECONDS = 30.0
_REMOVE_SECONDS = 10.0
_EVENT_SECONDS = 1.0
"""How long the engine takes at most to tell of a process killed for memory."""
FAULTS = (engine_errors.DockerException, requests.RequestException, OSError)
"""What a call to an engine may raise; a broken connection is not always wrapped."""


def in_short(error: BaseException) -> str:
    """An engine's error on one line: in its own words, where it has any."""
    return " ".join(str(getattr(error, "explanation", None) or error).split())[:300]


def own_user() -> int:
    """The user inside of a container that reads the host's files: we, who can do no more than we could; as root,
    nobody."""
    return os.getuid() or _UNPRIVILEGED


def stranger() -> int:
    """The user inside of a container that reads copies alone: nobody, whoever users inside are mapped to."""
    return _UNPRIVILEGED


def binds(pairs: Sequence[tuple[Path, str]]) -> list[engine.types.Mount]:
    """Mounts of this machine's files, read-only. Raises `OSError` where one is missing, which podman would make."""
    return [engine.types.Mount(to, str(source.resolve(strict=True)), "bind", read_only=True) for source, to in pairs]


def options(
    command: Sequence[str], limits: Limits, uid: int, mounts: Sequence[engine.types.Mount], held: Contents
) -> dict[str, Any]:
    """All that walls a container in; the same whatever runs in it, and however it is reached."""
    walled = {
        "command": [*command],
        "labels": labels(),
        "user": f"{uid}:{os.getgid() if uid == os.getuid() else uid}",
        "environment": environment("/opt/venv/bin"),
        "working_dir": "/",
        "hostname": "sandbox",
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
        # Open to all, since not every engine can give it to a user; a kernel is kept to its own folder there.
        "tmpfs": {
            SCRATCH: f"rw,exec,nosuid,nodev,size={limits.disk_bytes},nr_inodes={limits.files},mode=1777",
            **dict.fromkeys(_SEALED, "ro,noexec,nosuid,nodev,size=4k,mode=0755"),
        },
        "mounts": [*mounts],
    }
    return held.added_to(walled)


def on_file() -> dict[str, Any]:
    """Options of a container whose words the engine keeps, and not many of them."""
    return {"log_config": engine.types.LogConfig(type="json-file", config={"max-size": "1m", "max-file": "1"})}


def on_streams() -> dict[str, Any]:
    """Options of a container whose standard streams we hold: nobody else keeps them, and it ends with its input."""
    return {"stdin_open": True, "detach": False, "log_config": engine.types.LogConfig(type="none")}


def attach(client: Any, container: Any) -> Any:
    """The standard streams of a container that has not started yet."""
    return client.api.attach_socket(container.id, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})


class _Contained:
    """What all containers have in common as walls."""

    private_memory = True
    limits_processes = True
    memory_is_watched = False
    terms = Terms()
    scratch = SCRATCH
    _container: Any = None

    def disk_full(self) -> bool:
        return False  # its file systems bound bytes, and files

    def pid(self) -> int | None:
        return (self.described() or {}).get("State", {}).get("Pid") or None

    def described(self) -> dict[str, Any] | None:
        try:
            self._container.reload()
        except FAULTS:
            return None
        found: dict[str, Any] = self._container.attrs
        return found


class DockerWalls(_Contained):
    """A container that shares a socket with us: the zygote connects to it, and descriptors go through."""

    def __init__(self, client: Any, limits: Limits, mounts: Sequence[Mount], held: Contents) -> None:
        self._client = client
        self.uid = own_user()
        self.read = [*_SYSTEM, *(mount.target for mount in mounts), *held.read]
        self.devices = [*held.devices]
        self._ooms = 0
        self._folder = PrivateFolder()
        try:
            self._start(limits, mounts, held)
            self._group = memory_group(self._container)
        except FAULTS as error:
            self.destroy()
            raise NoSandboxError(f"docker could not start the sandbox: {in_short(error)}") from None
        except BaseException:
            self.destroy()
            raise
        self.oom_seconds = 0.0 if self._group else _EVENT_SECONDS

    def _start(self, limits: Limits, mounts: Sequence[Mount], held: Contents) -> None:
        door = self._folder.path / "door"
        door.mkdir(mode=0o755)
        inside = Path(__file__).parent / "inside"
        shared = binds([(inside, PACKAGE), (door, DOOR), *((mount.source, mount.target) for mount in mounts)])
        command = ["python3", "-s", "-P", "-m", "mlpilot.sandbox.inside.zygote", f"unix:{DOOR}/zygote"]
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(door / "zygote"))
            # Only this user can enter the folder above; inside, the container's user must be able to connect.
            (door / "zygote").chmod(0o666)
            listener.listen(1)
            self._started = time.time()
            self._container = self._client.containers.create(
                **options(command, limits, self.uid, shared, held), **on_file(), init=True
            )
            self._container.start()
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
        raise NoSandboxError(f"the container did not start: {words or 'no answer from it'}")

    def out_of_memory(self) -> bool:
        if self._group is not None:
            return self._group.out_of_memory() or was_killed_for_memory(self._container, self._group)
        try:
            events = self._client.api.events(
                since=self._started,
                until=time.time(),
                filters={"container": self._container.id, "event": "oom"},
                decode=True,
            )
            ooms = sum(1 for _ in events)
        except FAULTS:
            return False
        new, self._ooms = ooms > self._ooms, ooms
        return new

    def last_words(self) -> str:
        try:
            return str(self._container.logs(tail=100).decode(errors="replace"))
        except FAULTS:
            return ""

    def destroy(self) -> None:
        remove(self._container)
        self._folder.remove()


class TunnelWalls(_Contained):
    """A container that shares nothing with us but its standard streams."""

    oom_seconds = 0.0
    """None is needed: the relay tells of a kill ahead of all that is said after it."""

    def __init__(
        self,
        client: Any,
        limits: Limits,
        volumes: Sequence[engine.types.Mount],
        mounts: Sequence[Mount],
        held: Contents,
    ) -> None:
        self.uid = stranger()
        self.read = [*_SYSTEM, *(mount.target for mount in mounts), *held.read]
        self.devices = [*held.devices]
        self._told = 0
        self._tunnel: HostTunnel | None = None
        command = ["python3", "-s", "-P", "-m", "mlpilot.sandbox.inside.relay"]
        try:
            self._container = client.containers.create(
                **options(command, limits, self.uid, volumes, held), **on_streams()
            )
            self._tunnel = HostTunnel(attach(client, self._container))
            self._container.start()
        except FAULTS as error:
            self.destroy()
            raise NoSandboxError(f"docker could not start the sandbox: {in_short(error)}") from None
        except BaseException:
            self.destroy()
            raise
        self.channel = self._tunnel.channel

    def out_of_memory(self) -> bool:
        assert self._tunnel is not None
        kills = self._tunnel.kills or 0
        new, self._told = kills > self._told, kills
        return new or (self._tunnel.ended and was_killed_for_memory(self._container, None))

    def last_words(self) -> str:
        return f"{self._tunnel.fault} {self._tunnel.words}".strip() if self._tunnel else ""

    def destroy(self) -> None:
        if self._tunnel is not None:
            self._tunnel.close()
        remove(self._container)


def memory_group(container: Any) -> Cgroup | None:
    """The container's own control group, where the engine shares this machine and we can see it; else None."""
    container.reload()
    pid = container.attrs.get("State", {}).get("Pid") or 0
    try:
        lines = Path(f"/proc/{int(pid)}/cgroup").read_text().splitlines()
    except (OSError, ValueError):
        return None
    for _, controllers, path in (line.split(":", 2) for line in lines):
        if container.id not in path or controllers not in ("", "memory"):
            continue
        # Version 2 has one tree for all, version 1 one for each controller.
        folder = Path("/sys/fs/cgroup", controllers, path.lstrip("/"))
        for name in ("memory.events", "memory.oom_control"):
            if (folder / name).exists():
                return Cgroup([folder])
    return None


def was_killed_for_memory(container: Any, group: Cgroup | None) -> bool:
    """Whether the container has ended, of its memory."""
    if group is not None and all(folder.exists() for folder in group.folders):
        return False
    try:
        container.reload()
    except FAULTS:
        return False
    state = container.attrs.get("State", {})
    return bool(state.get("OOMKilled")) and not state.get("Running")


def remove(container: Any) -> None:
    """End a container and all in it. One that ends by itself at this moment may be refused at first."""
    deadline = time.monotonic() + _REMOVE_SECONDS
    while container is not None and time.monotonic() < deadline:
        try:
            container.remove(force=True, v=True)
        except engine_errors.NotFound:
            return
        except engine_errors.APIError:
            time.sleep(0.05)
        except FAULTS:  # there is no engine any more; what it keeps is reaped by the next one of us
            return
        else:
            return
