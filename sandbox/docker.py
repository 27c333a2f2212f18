"""docker: a container without network, capabilities or a writable system; memory and processes bounded by cgroups.

Whatever speaks Docker's API will do, near or far, if it is found to keep the promises (`docker_probe`). Where a socket
can be shared with a container, the zygote is reached over that, and files of the host are mounted; elsewhere all goes
through the container's standard streams (`docker_tunnel`), and files are copied in (`docker_luggage`).
"""

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from mlpilot.sandbox import docker_owner
from mlpilot.sandbox.box import Box, Preparation
from mlpilot.sandbox.docker_contents import Contents, contents, identified, lacking
from mlpilot.sandbox.docker_engine import address, connect
from mlpilot.sandbox.docker_luggage import Luggage
from mlpilot.sandbox.docker_probe import Finding, Transport, examine
from mlpilot.sandbox.docker_walls import FAULTS, DockerWalls, TunnelWalls, in_short
from mlpilot.sandbox.environment import BARE, Environment
from mlpilot.sandbox.errors import NoSandboxError, UserError
from mlpilot.sandbox.folder import PrivateFolder, reap_folders
from mlpilot.sandbox.pool import OwnSession, ZygotePool
from mlpilot.sandbox.protocol import Limits, Mount, Probe

__all__ = ["Docker", "connect"]

_WAYS = {"socket": "", "stdio": ", through the container's own streams"}


class Docker:
    """The `docker` backend. `transport` is for tests: where none is asked for, the first that works is taken."""

    name = "docker"
    _found: dict[tuple[str, str, Transport | None], Finding] = {}  # noqa: RUF012 - one for the whole process
    _finding = threading.Lock()

    def __init__(
        self,
        chosen: Environment = BARE,
        *,
        transport: Transport | None = None,
        progress: Callable[[str], object] = str,
    ) -> None:
        self.environment = chosen
        self._asked = transport
        self._progress = progress

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

    def _examined(self) -> Finding:
        """What was found of the engine, once for each process. Raises `NoSandboxError`."""
        key = (address(self._client), self._held.image, self._asked)
        with self._finding:
            if key not in self._found:
                self._found[key] = examine(self._client, self._held, self._asked)
            return self._found[key]

    @cached_property
    def _probed(self) -> Probe:
        try:
            if not self.image_is_there():
                return Probe(False, *lacking(self.environment))
            found = self._examined()
        except UserError as error:
            what, _, remedy = str(error).partition("; ")
            return Probe(False, what, remedy or "start a Docker engine that you may use")
        except FAULTS as error:
            return Probe(False, f"docker cannot run a container: {in_short(error)}")
        walls = "no network, no host files, memory and processes bounded"
        return Probe(True, f"{found.engine}{_WAYS[found.transport]}: {walls}")

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
        preparation = Preparation(preload, tuple(path))
        try:
            found = self._examined()
            reap_folders()
            docker_owner.reap(self._client)
            if found.transport == "stdio":
                luggage = Luggage(self._client, self._held.image, mounts, self._progress)
                return _LadenPool(self._client, limits, mounts, preparation, luggage, self._held)
        except FAULTS as error:
            raise NoSandboxError(f"docker could not start the sandbox: {in_short(error)}") from None
        held = self._held
        return ZygotePool(
            lambda: Box(DockerWalls(self._client, limits, mounts, held), limits, preparation, PrivateFolder())
        )

    def open(self, limits: Limits, mounts: Sequence[Mount] = ()) -> OwnSession:
        """See `Sandbox.open`."""
        return OwnSession(self.pool(limits, mounts))


class _LadenPool(ZygotePool):
    """A pool whose boxes share copies of our files, which go when it closes."""

    def __init__(
        self,
        client: Any,
        limits: Limits,
        mounts: Sequence[Mount],
        preparation: Preparation,
        luggage: Luggage,
        held: Contents,
    ) -> None:
        self._luggage = luggage

        def start() -> Box:
            walls = TunnelWalls(client, limits, luggage.mounts, mounts, held)
            return Box(walls, limits, preparation, PrivateFolder())

        try:
            super().__init__(start)
        except BaseException:
            luggage.remove()
            raise

    def close(self) -> None:
        super().close()
        self._luggage.remove()
