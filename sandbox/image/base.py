"""The image to build upon: one that the engine has or can pull, else a Debian made here without any registry."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker.errors

from mlpilot.sandbox.errors import NoSandboxError

DEBOOTSTRAP = "debootstrap"
"""The name that asks for a base made by debootstrap."""
_SUITE = "bookworm"
_MADE = f"mlpilot-base:{_SUITE}"
_PACKAGES = "python3,python3-venv,ca-certificates"
_USELESS = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man")


def find(client: Any, base: str | None, progress: Callable[[str], object]) -> str:
    """The name of an image in the engine to build upon. Raises `NoSandboxError`.

    A `base` that is named must be there or be pulled. Without one it is `python:X.Y-slim`, this Python's version, and
    where no registry answers, a Debian made by debootstrap (as root).
    """
    if base == DEBOOTSTRAP:
        return _made(client, progress)
    name = base or f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"
    try:
        client.images.get(name)
        return name
    except docker.errors.ImageNotFound:
        progress(f"pulling {name}")
    try:
        client.images.pull(name)
        return name
    except docker.errors.APIError as error:
        if base is not None:
            reason = " ".join(str(error).split())[:300]
            raise NoSandboxError(f"the base image {name} is not in the engine and cannot be pulled: {reason}") from None
    return _made(client, progress)


def _made(client: Any, progress: Callable[[str], object]) -> str:
    if client.images.list(_MADE):
        return _MADE
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        raise NoSandboxError(
            "no image registry answers, and without one a base needs root and debootstrap; "
            "give an image that the engine has with `mlpilot sandbox build --base IMAGE`"
        )
    progress(f"no registry answers: making a Debian {_SUITE} with debootstrap")
    with tempfile.TemporaryDirectory(prefix="mlpilot-base-") as folder:
        root = Path(folder, "root")
        command = ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", _SUITE, str(root)]
        made = subprocess.run([*command, *_mirror()], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise NoSandboxError(f"debootstrap failed: {' '.join(made.stdout.split()[-30:])}")
        for useless in _USELESS:
            shutil.rmtree(root / useless, ignore_errors=True)
        progress("importing it into the engine")
        _import(client, root)
    return _MADE


def _mirror() -> list[str]:
    """The mirror that this machine's own apt takes the suite from, if it is a Debian of that suite."""
    if shutil.which("apt-get") is None:
        return []
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(LABEL) $(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    )
    wanted = f"{_SUITE} Debian "
    return next(([line.removeprefix(wanted)] for line in listing.stdout.splitlines() if line.startswith(wanted)), [])


def _import(client: Any, root: Path) -> None:
    with tempfile.NamedTemporaryFile(suffix=".tar") as archive:
        subprocess.run(["tar", "-C", str(root), "--one-file-system", "-c", "."], stdout=archive, check=True)
        repository, _, tag = _MADE.partition(":")
        client.api.import_image_from_file(archive.name, repository=repository, tag=tag)
