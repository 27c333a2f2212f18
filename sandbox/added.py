"""Packages that a person adds to the sandbox: what they asked for, what was locked, and where it lies.

`mlpilot.toml` says what is wanted; `mlpilot.lock`, beside it, says which versions and which files that came to, with
their hashes. Both are for a team to commit. What is installed lies in the user's cache folder, under a name made from
all that decides its contents; a folder of that name is whole, or it is not there.
"""

import hashlib
import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from mlpilot.sandbox.environment import ADDED
from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.image import lock as base

LOCK = "mlpilot.lock"
_VERSION = 1
_MOST_BYTES = 2**20
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HEAD = """\
# Written by `mlpilot sandbox build`: the packages that mlpilot.toml adds to the sandbox, and all that they need.
# Commit it, so that others get the same. `mlpilot sandbox build --upgrade` looks for newer versions.
"""

DOCKERFILE = f"""\
ARG BASE
FROM ${{BASE}}
COPY packages {ADDED}
RUN ldconfig -p | grep -q libgomp.so.1 \\
 || ln -s /opt/venv/lib/python3*/site-packages/scikit_learn.libs/libgomp*.so* /usr/lib/libgomp.so.1
"""
"""Of the image that has the packages too: the base image, and one folder more, so that it takes seconds.

Some packages (LightGBM's) count on the system's OpenMP, which a slim base lacks: they get scikit-learn's copy of it.
"""


@dataclass(frozen=True)
class Package:
    """One package at one version."""

    name: str
    """In canonical form."""
    version: str
    wheels: Mapping[str, str]
    """File name → sha256, hexadecimal: one for each kind of machine that it was locked on."""

    @property
    def pin(self) -> str:
        """`name==version`."""
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class Lock:
    """All that is added, in the order of names; what the sandbox holds anyway is not in it."""

    asked: tuple[str, ...]
    packages: tuple[Package, ...]

    @property
    def pins(self) -> tuple[str, ...]:
        """`name==version` of each."""
        return tuple(package.pin for package in self.packages)

    @property
    def identity(self) -> str:
        """A hash of the versions: what a score may depend on."""
        return hashlib.sha256("\n".join(self.pins).encode()).hexdigest()[:16]

    def image(self) -> str:
        """The name of the image that has them too: the same contents have the same name."""
        parts = [
            base.tag(),
            DOCKERFILE,
            *(f"{package.pin} {sorted(package.wheels.items())}" for package in self.packages),
        ]
        return f"mlpilot-sandbox:{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:16]}"

    def folder(self, python: str | None = None) -> Path | None:
        """Where they lie on this machine for Python `X.Y` (this one, unless said); None where no file locked fits."""
        python = python or this_python()
        chosen = [wheel_for(package, python) for package in self.packages]
        if None in chosen:
            return None
        files = [f"{name} {package.wheels[name]}" for name, package in zip(chosen, self.packages, strict=True) if name]
        digest = hashlib.sha256("\n".join([python, base.requirements(), *files]).encode()).hexdigest()
        return packages_folder() / digest[:32]


def this_python() -> str:
    """`X.Y`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def packages_folder() -> Path:
    """The folder in the user's cache that holds added packages; it may not exist yet."""
    cache_home = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(cache_home) if cache_home.startswith("/") else Path.home() / ".cache"
    return root / "mlpilot" / "packages"


@cache
def _tags(python: str) -> tuple[Tag, ...]:
    major, minor = map(int, python.split("."))
    platforms = [*platform_tags()]
    here = cpython_tags((major, minor), platforms=platforms)
    return (*here, *compatible_tags((major, minor), f"cp{major}{minor}", platforms))


def wheel_for(package: Package, python: str) -> str | None:
    """The file, of those that are locked, that suits this machine and Python `X.Y` best; None where none does."""
    order = {tag: place for place, tag in enumerate(_tags(python))}
    ranked = []
    for name in package.wheels:
        places = [order[tag] for tag in parse_wheel_filename(name)[3] if tag in order]
        if places:
            ranked.append((min(places), name))
    return min(ranked)[1] if ranked else None


def same(asked: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two lists of requirements say the same, however they are written."""
    return sorted(map(_normal, asked)) == sorted(map(_normal, others))


def _normal(text: str) -> str:
    wanted = Requirement(text)
    extras = ",".join(sorted(map(canonicalize_name, wanted.extras)))
    return f"{canonicalize_name(wanted.name)}[{extras}]{wanted.specifier};{wanted.marker or ''}"


def read(path: Path) -> Lock | None:
    """The lock at `path`; None where there is none. Raises `UserError` where it is not one."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}") from None
    try:
        told = tomllib.loads(data[:_MOST_BYTES].decode())
        if told["version"] != _VERSION or len(data) > _MOST_BYTES:
            raise ValueError
        packages = tuple(_package(one) for one in told["package"])
        asked = tuple(str(Requirement(line)) and str(line) for line in told["asked"])
        return Lock(asked, packages)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidVersion, RecursionError):
        raise UserError(
            f"{path.name} is not as `mlpilot sandbox build` writes it: remove it, and run that again"
        ) from None


def _package(told: Mapping[str, object]) -> Package:
    """Raises `ValueError`, `KeyError` or `TypeError` for anything but a package of the lock's."""
    name, version, files = canonicalize_name(str(told["name"]), validate=True), str(told["version"]), told["wheels"]
    if not isinstance(files, dict) or not files:
        raise ValueError
    for file, digest in files.items():
        try:
            holds, of, _, _ = parse_wheel_filename(file)
        except InvalidWheelFilename:
            raise ValueError from None
        if holds != name or of != Version(version) or not _SHA256.fullmatch(str(digest)):
            raise ValueError
    return Package(name, version, dict(files))


def text_of(lock: Lock) -> str:
    """The file's text (TOML)."""
    lines = [_HEAD, f"version = {_VERSION}", f"asked = {_array(lock.asked)}"]
    for package in lock.packages:
        files = [f"{json.dumps(name)} = {json.dumps(digest)}" for name, digest in sorted(package.wheels.items())]
        head = ["", "[[package]]", f'name = "{package.name}"', f'version = "{package.version}"', "[package.wheels]"]
        lines += [*head, *files]
    # Without packages (all that was asked for is there anyway) the list is told all the same.
    return "\n".join([*lines, *([] if lock.packages else ["package = []"])]) + "\n"


def _array(items: Sequence[str]) -> str:
    """TOML's basic strings are JSON's, for text that was read as a requirement."""
    return f"[{', '.join(json.dumps(item) for item in items)}]"
