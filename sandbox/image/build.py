"""Build the sandbox's image. All that needs a network happens on the host, with the host's own settings for pip."""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import docker.errors

from mlpilot.sandbox.added import DOCKERFILE, Lock
from mlpilot.sandbox.docker import connect
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.image import base as bases
from mlpilot.sandbox.image import lock
from mlpilot.sandbox.installing import install

_SECONDS = 600
"""How long one step of a build may be silent."""


def build(base: str | None = None, progress: Callable[[str], object] = str) -> str:
    """Build the image upon `base` (see `base.find`); returns its tag. An image that is there already is built again.

    Raises `NoSandboxError` when no engine answers, or a step fails.
    """
    client = connect(_SECONDS)
    try:
        foundation = bases.find(client, base, progress)
        version = _python_version(client, foundation)
        with tempfile.TemporaryDirectory(prefix="mlpilot-wheels-") as folder:
            progress(f"fetching {lock.requirements().count(chr(10))} packages for Python {version}")
            _fetch_wheels(Path(folder), version)
            progress("building the image")
            _build(client, Path(folder), foundation, progress)
    except docker.errors.DockerException as error:
        raise NoSandboxError(f"the image could not be built: {' '.join(str(error).split())[:500]}") from None
    return lock.tag()


def python_of_image(progress: Callable[[str], object] = str) -> str:
    """`X.Y` of the Python in the image, which is built where the engine lacks it. Raises `NoSandboxError`."""
    client = connect(_SECONDS)
    try:
        if not client.images.list(lock.tag()):
            build(progress=progress)
        return _python_version(client, lock.tag())
    except docker.errors.DockerException as error:
        raise NoSandboxError(f"the image could not be asked: {' '.join(str(error).split())[:500]}") from None


def build_with(added: Lock, python: str, progress: Callable[[str], object] = str) -> str:
    """Build the image that has packages of the person's own too, for `python_of_image`; returns its tag.

    It is the image and one folder more, which is installed on the host. Raises `NoSandboxError`, `UserError`.
    """
    client = connect(_SECONDS)
    folder = install(added, python)
    progress("adding the packages to the image")
    try:
        with tempfile.TemporaryFile() as context:
            with tarfile.open(fileobj=context, mode="w") as archive:
                recipe = tarfile.TarInfo("Dockerfile")
                recipe.size = len(DOCKERFILE)
                archive.addfile(recipe, io.BytesIO(DOCKERFILE.encode()))
                archive.add(folder, "packages", filter=_as_roots)
            _send(client, context, added.image(), lock.tag(), progress)
    except docker.errors.DockerException as error:
        raise NoSandboxError(f"the image could not be built: {' '.join(str(error).split())[:500]}") from None
    return added.image()


def _as_roots(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same entry, owned by root: who built it is nobody's business inside."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _python_version(client: Any, foundation: str) -> str:
    """`X.Y` of the base image's python3."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    output = client.containers.run(foundation, ["python3", "-c", code], network_mode="none", remove=True)
    return str(output.decode().strip())


def _fetch_wheels(folder: Path, version: str) -> None:
    """Download wheels of the locked packages for `version`, from wherever this machine's pip gets its packages."""
    wanted = folder / "requirements.txt"
    wanted.write_text(lock.requirements())
    command = [sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    if version != f"{sys.version_info.major}.{sys.version_info.minor}":
        command += ["--python-version", version]
    done = subprocess.run(
        [*command, "--dest", str(folder), "-r", str(wanted)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["pip is missing beside mlpilot"]
        raise NoSandboxError(f"the packages for the image could not be fetched: {lines[-1][:500]}")


def _build(client: Any, wheels: Path, foundation: str, progress: Callable[[str], object]) -> None:
    with tempfile.TemporaryFile() as context:
        with tarfile.open(fileobj=context, mode="w") as archive:
            archive.add(lock.DOCKERFILE, "Dockerfile")
            archive.add(wheels, "wheels")
        _send(client, context, lock.tag(), foundation, progress)
    # The first stage holds the wheels, and is of no further use.
    client.images.prune(filters={"dangling": True, "label": "mlpilot.stage=build"})


def _send(client: Any, context: IO[bytes], tag: str, foundation: str, progress: Callable[[str], object]) -> None:
    """Have the engine build an image called `tag` upon `foundation` from a tar archive."""
    context.seek(0)
    steps = client.api.build(
        fileobj=context,
        custom_context=True,
        tag=tag,
        buildargs={"BASE": foundation},
        network_mode="none",
        rm=True,
        forcerm=True,
        decode=True,
    )
    for line in _lines(steps):
        progress(line)


def _lines(steps: Iterator[dict[str, Any]]) -> Iterator[str]:
    for step in steps:
        if "error" in step:
            raise NoSandboxError(f"the image could not be built: {' '.join(str(step['error']).split())[:500]}")
        line = str(step.get("stream", "")).strip()
        if line.startswith("Step "):
            yield line
