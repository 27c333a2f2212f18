"""Fetch the packages that a person adds, after their yes: wheels only, so that nothing of theirs runs meanwhile.

pip decides which versions go together, from wherever this machine's own settings let it look, with everything that the
sandbox holds anyway held fast. Building from source would run a stranger's code on this machine, and is never done.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from mlpilot.sandbox.added import Lock, Package, this_python
from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.folder import owner, owner_in, owner_is_dead
from mlpilot.sandbox.image import lock as base

_ADDRESS_SECONDS = 5
_OURS = {"mlpilot", "sitecustomize", "usercustomize", "mlpilot_harness"}
_NOT_MODULES = {"bin", "share", "include", "etc", "lib", "__pycache__"}


@dataclass(frozen=True)
class Plan:
    """What would be installed."""

    lock: Lock
    bytes: int | None
    """To be fetched; None where it is not known of every file."""
    python: str
    """`X.Y`."""


def plan(asked: Sequence[str], known: Lock | None, python: str | None = None) -> Plan:
    """Ask pip what `asked` comes to for Python `X.Y` (this one, unless said); nothing is installed.

    Versions of `known` are kept. A file that it does not list yet is added to it (another kind of machine, another
    Python); one that it lists with another hash is refused. Raises `UserError` where they do not go together, or there
    is no wheel.
    """
    python = python or this_python()
    pins = base.requirements() + "".join(f"{pin}\n" for pin in _kept(known, asked))
    held = {canonicalize_name(line.partition("==")[0]) for line in base.requirements().splitlines()}
    found = [one for one in _resolved(asked, pins, python) if canonicalize_name(one["metadata"]["name"]) not in held]
    packages = {package.name: package for package in (_package(one, known) for one in found)}
    lock = Lock(tuple(asked), tuple(packages[name] for name in sorted(packages)))
    return Plan(lock, _bytes(found), python)


def _kept(known: Lock | None, asked: Sequence[str]) -> list[str]:
    """The locked versions, but for those that what is asked for now excludes."""
    wanted = [Requirement(line) for line in asked]
    bounds: dict[str, SpecifierSet] = {canonicalize_name(one.name): one.specifier for one in wanted}
    packages = known.packages if known else ()
    return [one.pin for one in packages if one.name not in bounds or bounds[one.name].contains(one.version, True)]


def _resolved(asked: Sequence[str], pins: str, python: str) -> list[dict[str, Any]]:
    """The entries of pip's report of what it would install into an empty folder."""
    with tempfile.TemporaryDirectory(prefix="mlpilot-plan-") as name:
        folder = Path(name)
        wanted, fixed, report = folder / "wanted.txt", folder / "fixed.txt", folder / "report.json"
        wanted.write_text("".join(f"{line}\n" for line in asked))
        fixed.write_text(pins)
        words = ["install", "--dry-run", "--ignore-installed", "--report", str(report), "-c", str(fixed)]
        _pip([*words, "--target", str(folder / "none"), "-r", str(wanted)], python)
        found: list[dict[str, Any]] = json.loads(report.read_text())["install"]
        return found


def _pip(words: Sequence[str], python: str) -> None:
    """Run pip, quietly. Raises `UserError` with its own reason."""
    pip = [sys.executable, "-P", "-m", "pip"]
    command = [*pip, *words, "--no-input", "--only-binary=:all:", "--disable-pip-version-check"]
    if python != this_python():
        command += ["--python-version", python, "--implementation", "cp"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    if not errors:
        last = lines[-1] if lines else "it gave no reason"
        if last.endswith("No module named pip"):
            raise UserError(f"pip is missing beside mlpilot: run `{sys.executable} -m ensurepip`")
        raise UserError(f"pip could not be asked for the packages of mlpilot.toml: {last[:300]}")
    if any("No matching distribution" in line or "Could not find a version" in line for line in errors):
        raise UserError(
            f"there is no wheel for Python {python} of what mlpilot.toml asks for ({errors[-1][:200]}); nothing is "
            "built from source here: ask for another version, or install it in an environment that `python` names"
        )
    if any("conflicting dependencies" in line for line in errors):
        raise UserError(f"what mlpilot.toml asks for does not go together: {_clash(done.stdout) or errors[0][:300]}")
    raise UserError(f"pip cannot install the packages of mlpilot.toml: {errors[0][:400]}")


def _clash(output: str) -> str:
    """What pip says of versions that exclude each other, on one line."""
    _, _, told = output.partition("The conflict is caused by:\n")
    lines = [line.strip() for line in told.partition("\n\n")[0].splitlines()]
    words = {"The user requested (constraint)": "the sandbox holds", "The user requested": "you ask for"}
    for said, better in words.items():
        lines = [line.replace(said, better) for line in lines]
    return "; ".join(lines)[:400]


def _package(one: Mapping[str, Any], known: Lock | None) -> Package:
    name, version = canonicalize_name(one["metadata"]["name"]), str(one["metadata"]["version"])
    file = unquote(Path(urlsplit(one["download_info"]["url"]).path).name)
    digest = str(one["download_info"]["archive_info"]["hashes"]["sha256"])
    before = next((package for package in known.packages if package.name == name), None) if known else None
    wheels = dict(before.wheels) if before is not None and before.version == version else {}
    if wheels.get(file, digest) != digest:
        raise UserError(f"{file} is not the file that mlpilot.lock has: its hash differs; nothing was installed")
    return Package(name, version, {**wheels, file: digest})


def _bytes(found: Iterable[Mapping[str, Any]]) -> int | None:
    """How much there is to be fetched, as far as files and servers say; None where one does not."""
    addresses = [str(one["download_info"]["url"]) for one in found]
    with ThreadPoolExecutor(8) as threads:
        sizes = list(threads.map(_size, addresses))
    return None if None in sizes else sum(size for size in sizes if size is not None)


def _size(address: str) -> int | None:
    parts = urlsplit(address)
    try:
        if parts.scheme == "file":
            return Path(unquote(parts.path)).stat().st_size
        if parts.scheme != "https" or parts.username:
            return None
        asked = urllib.request.Request(address, method="HEAD")
        with urllib.request.urlopen(asked, timeout=_ADDRESS_SECONDS) as answer:
            return int(answer.headers["Content-Length"])
    except (OSError, ValueError, TypeError):
        return None  # that it is not known is told; a server that forbids HEAD, or a proxy that only pip knows


def install(lock: Lock, python: str | None = None) -> Path:
    """Fetch and lay out what is locked, in a folder that appears whole, and read-only; returns it.

    Nothing is done where it is there already. Raises `UserError` where pip fails, or a package would hide another that
    the sandbox holds.
    """
    python = python or this_python()
    folder = lock.folder(python)
    if folder is None:
        raise UserError("mlpilot.lock has no file for this machine: run `mlpilot sandbox build`")
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    _reap(folder.parent)
    work = Path(tempfile.mkdtemp(prefix=f"mlpilot-{owner()}-", dir=folder.parent))
    try:
        new = work / "packages"
        new.mkdir()
        if lock.packages:
            wanted = work / "wanted.txt"
            wanted.write_text("".join(map(_hashed, lock.packages)))
            words = ["install", "--no-deps", "--require-hashes", "--target", str(new), "-r", str(wanted)]
            _pip(words, python)
        _refuse_what_hides(new)
        _make_read_only(new)
        new.chmod(0o755)  # a folder has to be writable to be renamed
        new.rename(folder)
        folder.chmod(0o555)
    except OSError:
        if not folder.is_dir():  # another build was faster
            raise
    finally:
        remove(work)
    return folder


def _hashed(package: Package) -> str:
    hashes = [f"--hash=sha256:{digest}" for digest in sorted(set(package.wheels.values()))]
    return f"{' '.join([package.pin, *hashes])}\n"


def _refuse_what_hides(folder: Path) -> None:
    """Raises `UserError` where a package brings a module that Python, the sandbox or mlpilot has by that name."""
    modules = {path.name.partition(".")[0] for path in folder.iterdir() if not path.name.endswith(".dist-info")}
    hidden = sorted((modules - _NOT_MODULES) & (_held_modules() | _OURS | set(sys.stdlib_module_names)))
    if hidden:
        raise UserError(
            f"nothing was installed: a package of mlpilot.toml would hide the sandbox's {', '.join(hidden)}"
        )


def _held_modules() -> set[str]:
    """Top-level modules of the packages that the sandbox holds."""
    from importlib.metadata import distribution

    found = set()
    for line in base.requirements().splitlines():
        for file in distribution(line.partition("==")[0]).files or ():
            top = file.parts[0]
            if top != ".." and not top.endswith((".dist-info", ".pth")):
                found.add(top.partition(".")[0])
    return found - _NOT_MODULES


def _make_read_only(folder: Path) -> None:
    """For everybody, who may all read it: code inside runs as another user than the one who installs."""
    for root, _, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(root, name)
            path.chmod(0o555 if path.stat().st_mode & stat.S_IXUSR else 0o444)
        Path(root).chmod(0o555)


def remove(folder: Path) -> None:
    """Remove a folder that may hold read-only ones."""
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(root, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _reap(folder: Path) -> None:
    """What builds that were killed have left behind."""
    for left in folder.glob("mlpilot-*"):
        if owner_is_dead(owner_in(left.name)):
            remove(left)
