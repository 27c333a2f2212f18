"""What an engine keeps of what it promises, looked at from inside a container; and how we can talk with one.

Nothing is inferred from an address or a name. A container gets the options of every sandbox, and says what holds in it;
what does not hold is a reason to refuse. Where it can open a socket of ours and hand a descriptor through, that is the
transport; else its standard streams are.
"""

import contextlib
import json
import os
import secrets
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mlpilot.sandbox.docker_contents import Contents
from mlpilot.sandbox.docker_engine import describe
from mlpilot.sandbox.docker_tunnel import Attached
from mlpilot.sandbox.docker_walls import (
    DOOR,
    FAULTS,
    attach,
    binds,
    in_short,
    on_file,
    on_streams,
    options,
    own_user,
    remove,
    stranger,
)
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import PrivateFolder
from mlpilot.sandbox.inside import facts
from mlpilot.sandbox.inside.tunnel import TunnelError
from mlpilot.sandbox.protocol import Limits

Transport = Literal["socket", "stdio"]
_LIMITS = Limits(memory_bytes=192 * 2**20, processes=24, disk_bytes=2**23, cpus=1.0)
_SECONDS = 30.0
_LONGEST = 100_000


@dataclass(frozen=True)
class Finding:
    """An engine whose containers keep what is promised."""

    engine: str
    """In words: `podman 4.3.1, rootless`."""
    transport: Transport


def examine(client: Any, held: Contents, transport: Transport | None = None) -> Finding:
    """Try the engine, and `transport` or the first that works. Raises `NoSandboxError` with what does not hold."""
    name = describe(client)
    why = ""
    if transport != "stdio":
        try:
            found = _by_socket(client, held)
            _insist(name, found, own_user())
            return Finding(_full(name, found), "socket")
        except _NoDoor as error:
            why = str(error)
            if transport == "socket":
                raise NoSandboxError(f"{name}: no socket can be shared with a container: {why}") from None
    try:
        found = _by_streams(client, held)
    except (*FAULTS, TunnelError) as error:
        raise NoSandboxError(f"{name} cannot run a container: {in_short(error)}") from None
    _insist(name, found, stranger())
    return Finding(_full(name, found), "stdio")


def _full(name: str, found: dict[str, Any]) -> str:
    """The engine's name, and whether its containers' users are others outside, which rootless engines see to."""
    return f"{name}, users mapped" if found.get("mapped") is True and "rootless" not in name else name


class _NoDoor(Exception):
    """No container can reach a socket of ours."""


def _program() -> str:
    return Path(facts.__file__).read_text()


def _by_socket(client: Any, held: Contents) -> dict[str, Any]:
    """The facts of a container that reached our socket. Raises `_NoDoor` where it could not."""
    folder, container = PrivateFolder(), None
    try:
        door = folder.path / "door"
        door.mkdir(mode=0o755)
        token = secrets.token_hex(16)
        (door / "token").write_text(token)
        # Files of the task may be ours alone, and then the container's user must be we; as root we promise nobody.
        (door / "token").chmod(0o600 if os.getuid() else 0o644)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(door / "door"))
            (door / "door").chmod(0o666)
            listener.listen(1)
            container = client.containers.create(
                **options(["python3", "-I", "-c", _program(), DOOR], _LIMITS, own_user(), binds([(door, DOOR)]), held),
                **on_file(),
                init=True,
            )
            container.start()
            _answer(listener, container)
        found = _parsed(container.logs(stdout=True, stderr=False))
    except FAULTS as error:
        raise _NoDoor(in_short(error)) from None
    finally:
        remove(container)
        folder.remove()
    if found.get("door") != token:
        raise _NoDoor(str(found.get("door"))[:200])
    return found


def _answer(listener: socket.socket, container: Any) -> None:
    """Speak through the descriptor that comes over `listener`, if one does; return when the container has ended."""
    deadline = time.monotonic() + _SECONDS
    listener.settimeout(0.1)
    while time.monotonic() < deadline:
        with contextlib.suppress(TimeoutError):
            visitor, _ = listener.accept()
            with visitor:
                visitor.settimeout(_SECONDS)
                _, fds, _, _ = socket.recv_fds(visitor, 100, 1)
                for fd in fds:
                    with socket.socket(fileno=fd) as line:
                        line.sendall(facts.DESCRIPTOR)
            break
        container.reload()
        if container.status not in ("created", "running"):
            return
    container.wait(timeout=_SECONDS)


def _by_streams(client: Any, held: Contents) -> dict[str, Any]:
    """The facts of a container that shares nothing with us but its standard streams."""
    container = client.containers.create(
        **options(["python3", "-I", "-c", _program()], _LIMITS, stranger(), (), held), **on_streams()
    )
    line = None
    try:
        line = Attached(attach(client, container))
        container.start()
        said = b"".join(_heard(line))
        if not said.strip():
            raise NoSandboxError(
                f"a container says nothing on its streams: {line.words.decode(errors='replace')[-300:]}"
            )
        return _parsed(said)
    finally:
        if line is not None:
            line.close()
        remove(container)


def _heard(line: Attached) -> Iterator[bytes]:
    deadline = time.monotonic() + _SECONDS
    size = 0
    while size < _LONGEST and time.monotonic() < deadline:
        if select.select([line.reader], [], [], 0.5)[0]:
            data = line.read()
            if data == b"":
                return
            size += len(data or b"")
            yield data or b""


def _parsed(said: bytes) -> dict[str, Any]:
    try:
        found = json.loads(said[:_LONGEST])
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NoSandboxError(f"a container does not say what holds in it: {in_short(Exception(said[:300]))}")
    return found


def _insist(name: str, found: dict[str, Any], uid: int) -> None:
    """Raises `NoSandboxError` with the first promise that the engine does not keep, and what to do."""
    for broken in _broken(found, uid):
        raise NoSandboxError(f"{name} does not keep a promise: {broken}")


def _broken(found: dict[str, Any], uid: int) -> Iterator[str]:
    delegate = "have systemd delegate the controllers memory and pids to you (cgroup version 2), or run it as root"
    if found.get("uid") != uid:
        yield f"code runs as user {found.get('uid')}, not {uid}; see the engine's settings for users"
    if found.get("capabilities") != "":
        yield f"capabilities are left ({found.get('capabilities')}); see the engine's default options"
    if found.get("no_new_privileges") is not True:
        yield "programs may gain privileges; use an engine that knows no-new-privileges"
    if found.get("devices") not in (["lo"], []):
        yield f"there is a network ({found.get('devices')}); see the engine's default options"
    if not _at_most(found.get("memory"), _LIMITS.memory_bytes):
        yield f"memory is not bounded ({found.get('memory') or 'no limit'}); {delegate}"
    if not _at_most(found.get("processes"), _LIMITS.processes):
        yield f"processes are not bounded ({found.get('processes') or 'no limit'}); {delegate}"
    if found.get("writable") != []:
        yield f"the system is writable ({found.get('writable')}); see the engine's default options"
    if found.get("scratch") is not True or found.get("shared_memory") is not True:
        yield "there is no room to write in; see the engine's options for tmpfs"


def _at_most(value: object, limit: int) -> bool:
    return isinstance(value, str) and value.isdigit() and 0 < int(value) <= limit
