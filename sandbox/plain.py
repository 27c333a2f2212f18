"""No sandbox (`--sandbox none`): the same zygote and kernels as a plain process of the user's.

Kernels still try to lock themselves in, so that the walls between folds hold where the kernel has Landlock; but they
can read whatever the user can, and nothing is promised. Whoever offers this warns each time.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from mlpilot.sandbox import gpus
from mlpilot.sandbox.bare import BareWalls, inside, sources
from mlpilot.sandbox.box import Box, Preparation, Terms
from mlpilot.sandbox.environment import BARE, Environment, environment
from mlpilot.sandbox.folder import PrivateFolder, reap_folders
from mlpilot.sandbox.pool import OwnSession, ZygotePool
from mlpilot.sandbox.protocol import Limits, Mount, Probe
from mlpilot.sandbox.unmet import unmet


def _walls(limits: Limits, chosen: Environment) -> BareWalls:
    python, given, folder = chosen.python, gpus.find(chosen.gpus), PrivateFolder()
    variables = environment(str(Path(python.executable).parent)) | given.variables
    # A Python of the person's own does not have our sources.
    folders = [sources(folder.path) if chosen.own_python else "", str(chosen.added or "")]
    variables["PYTHONPATH"] = ":".join(filter(None, folders))
    return BareWalls(
        limits,
        folder,
        env=variables,
        read=["/"],
        devices=[source for source, _ in given.nodes],
        python=python.executable,
        terms=Terms(without=("sessions",), file_bytes=limits.disk_bytes),
        uid=os.getuid(),
        uid_is_its_own=False,
        limits_processes=True,
        group=None,
    )


class Plain:
    """The `none` backend. Nothing is mounted: code finds a mount where the host has it (`inside`)."""

    name = "none"

    def __init__(self, chosen: Environment = BARE) -> None:
        self.environment = chosen

    def probe(self) -> Probe:
        """See `Sandbox.probe`."""
        if lacking := unmet(self.environment):
            return lacking
        return Probe(True, "no sandbox: code can read what you can read, and is promised no walls")

    def inside(self, mount: Mount) -> str:
        """See `Sandbox.inside`."""
        return inside(mount.source)

    def pool(
        self, limits: Limits, mounts: Sequence[Mount] = (), *, preload: str = "", path: Sequence[str] = ()
    ) -> ZygotePool:
        """See `Sandbox.pool`."""
        reap_folders()
        places = {mount.target: self.inside(mount) for mount in mounts}
        preparation = Preparation(preload, tuple(places.get(entry, entry) for entry in path))
        return ZygotePool(lambda: Box(_walls(limits, self.environment), limits, preparation, PrivateFolder()))

    def open(self, limits: Limits, mounts: Sequence[Mount] = ()) -> OwnSession:
        """See `Sandbox.open`."""
        return OwnSession(self.pool(limits, mounts))
