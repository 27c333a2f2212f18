"""No sandbox (`--sandbox none`): the same zygote and kernels as a plain process of the user's.

Kernels still try to lock themselves in, so that the walls between folds hold where the kernel has Landlock; but they
can read whatever the user can, and nothing is promised. Whoever offers this warns each time.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mlpilot.sandbox.bare import BareWalls, inside
from mlpilot.sandbox.box import Box, Preparation, Terms
from mlpilot.sandbox.environment import environment
from mlpilot.sandbox.folder import PrivateFolder, reap_folders
from mlpilot.sandbox.pool import OwnSession, ZygotePool
from mlpilot.sandbox.protocol import Limits, Mount, Probe


def _walls(limits: Limits) -> BareWalls:
    variables = environment(str(Path(sys.executable).parent))
    del variables["PYTHONPATH"]
    return BareWalls(
        limits,
        PrivateFolder(),
        env=variables,
        read=["/"],
        terms=Terms(without=("sessions",), file_bytes=limits.disk_bytes),
        uid=os.getuid(),
        uid_is_its_own=False,
        limits_processes=True,
        group=None,
    )


class Plain:
    """The `none` backend. Nothing is mounted: code finds a mount where the host has it (`inside`)."""

    name = "none"

    def probe(self) -> Probe:
        """See `Sandbox.probe`."""
        return Probe(True, "no sandbox: code can read what you can read, and is promised no walls")

    def inside(self, mount: Mount) -> str:
        """See `Sandbox.inside`."""
        return inside(mount.source)

    def pool(
        self, limits: Limits, mounts: Sequence[Mount] = (), *, preload: str = "", path: Sequence[str] = ()
    ) -> ZygotePool:
        """See `Sandbox.pool`."""
        reap_folders()
        sources = {mount.target: self.inside(mount) for mount in mounts}
        preparation = Preparation(preload, tuple(sources.get(entry, entry) for entry in path))
        return ZygotePool(lambda: Box(_walls(limits), limits, preparation, PrivateFolder()))

    def open(self, limits: Limits, mounts: Sequence[Mount] = ()) -> OwnSession:
        """See `Sandbox.open`."""
        return OwnSession(self.pool(limits, mounts))
