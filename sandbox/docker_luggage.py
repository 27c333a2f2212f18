"""Our code and the mounted files where the engine sees no folder of ours: copied into volumes of the engine's.

What a copy holds is plain files and folders, readable to all and owned by root; links and special files are left out,
and none is followed. Volumes carry the owner's label as containers do, and go with the sandbox, or when the next
mlpilot finds their owner dead.
"""

import contextlib
import os
import secrets
import stat
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import docker as engine
import docker.errors as engine_errors
import requests

from mlpilot.sandbox.docker_owner import labels
from mlpilot.sandbox.environment import INSIDE, PACKAGE
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.protocol import Mount

_MOUNTS = "/mnt"
_CHUNK = 2**20
_LARGE = 64 * 2**20
"""From so many bytes on a copy is worth a word to the person."""


@dataclass(frozen=True)
class Item:
    """A plain file or a folder to copy: where it goes below the volume, and what it comes from."""

    name: str
    source: Path
    size: int | None
    """Bytes of a file; None for a folder."""


def items(source: Path, target: PurePosixPath) -> Iterator[Item]:
    """`source` and all below it, as it will lie at `target`; what is neither file nor folder is left out."""
    status = source.lstat()
    if stat.S_ISREG(status.st_mode):
        yield Item(str(target), source, status.st_size)
    elif stat.S_ISDIR(status.st_mode):
        yield Item(str(target), source, None)
        for entry in sorted(source.iterdir()):
            yield from items(entry, target / entry.name)


def archive(contents: Sequence[Item]) -> Iterator[bytes]:
    """A tar archive of `contents`, piece by piece. Raises `OSError` when a file has gone, changed kind, or shrunk."""
    known: set[str] = set()
    for item in contents:
        for above in reversed(PurePosixPath(item.name).parents):
            if str(above) not in (".", *known):
                known.add(str(above))
                yield _head(str(above), None)
        if item.size is not None:
            yield from _file(item)
        elif item.name not in known:
            known.add(item.name)
            yield _head(item.name, None)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _head(name: str, size: int | None) -> bytes:
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if size is None else tarfile.REGTYPE
    info.mode = 0o755 if size is None else 0o644
    info.size = size or 0
    return info.tobuf(tarfile.PAX_FORMAT)


def _file(item: Item) -> Iterator[bytes]:
    descriptor = os.open(item.source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{item.source} is no plain file any more")
        left = item.size or 0
        yield _head(item.name, left)
        while left:
            part = file.read(min(left, _CHUNK))
            if not part:
                raise OSError(f"{item.source} has shrunk while it was copied")
            left -= len(part)
            yield part
    yield bytes(-(item.size or 0) % tarfile.BLOCKSIZE)


class Luggage:
    """Volumes with our code and the contents of `mounts`, filled through a container that is never started."""

    def __init__(
        self, client: Any, image: str, mounts: Sequence[Mount] = (), progress: Callable[[str], object] = str
    ) -> None:
        self._client = client
        self._volumes: list[Any] = []
        self.mounts: list[engine.types.Mount] = []
        """What a container needs to see it all, read-only."""
        code = items(Path(__file__).parent / "inside", PurePosixPath(PACKAGE).relative_to(INSIDE))
        loads = {INSIDE: [item for item in code if "__pycache__" not in item.name]}
        if mounts:
            loads[_MOUNTS] = _sorted(mounts)
        try:
            self._fill(image, loads, progress)
        except BaseException as error:
            self.remove()
            if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
                raise NoSandboxError(f"a file could not be copied for the sandbox: {error}") from None
            raise

    def _fill(self, image: str, loads: dict[str, list[Item]], progress: Callable[[str], object]) -> None:
        size = sum(item.size or 0 for load in loads.values() for item in load)
        if size >= _LARGE:
            progress(f"copying {size / 2**20:,.0f} MiB to the engine, which sees no folder of this machine")
        writable = []
        for target in loads:
            volume = self._client.volumes.create(name=f"mlpilot-{secrets.token_hex(8)}", labels=labels())
            self._volumes.append(volume)
            writable.append(engine.types.Mount(target, volume.name, "volume", no_copy=True))
            self.mounts.append(engine.types.Mount(target, volume.name, "volume", read_only=True, no_copy=True))
        helper = self._client.containers.create(
            image, ["true"], labels=labels(), network_mode="none", mounts=writable, user="0:0"
        )
        try:
            for target, load in loads.items():
                if not helper.put_archive(target, archive(load)):
                    raise NoSandboxError(f"the engine did not take the files for {target}")
        finally:
            helper.remove(force=True)

    def remove(self) -> None:
        """Remove the volumes. Safe to call twice; what an engine that is gone keeps is reaped later."""
        for volume in self._volumes:
            with contextlib.suppress(engine_errors.DockerException, requests.RequestException):
                volume.remove(force=True)
        self._volumes.clear()


def _sorted(mounts: Sequence[Mount]) -> list[Item]:
    """The contents of all mounts, as they lie below one folder."""
    found: list[Item] = []
    for mount in mounts:
        found += items(mount.source.resolve(strict=True), PurePosixPath(mount.target).relative_to(_MOUNTS))
    return found
