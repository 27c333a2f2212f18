"""`mlpilot.toml`: what a project's sandbox holds beside what comes with mlpilot.

It is read from the folder that one works in, as `.mlpilot/` is, and from nowhere else: a file some folders up, that
nobody thought of, must not change what runs, nor what a score depends on.
"""

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from mlpilot.sandbox import added
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.environment import Environment
from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.interpreter import examine
from mlpilot.sandbox.protocol import Sandbox

FILE = "mlpilot.toml"
KEYS = {"sandbox": ("packages", "python", "image")}
"""Table → its keys."""
_MOST_BYTES, _MOST_PACKAGES, _MOST_CHARACTERS = 2**16, 200, 300


@dataclass(frozen=True)
class Settings:
    """What the file says; at most one of the three is there."""

    folder: Path
    packages: tuple[str, ...] = ()
    """Requirements as pip knows them, without addresses."""
    python: str = ""
    """An existing environment, or the Python in it; relative to the folder."""
    image: str = ""
    """An existing image, for docker."""

    @property
    def lock_file(self) -> Path:
        """Where the versions are locked."""
        return self.folder / added.LOCK


def read_settings(folder: Path | None = None) -> Settings:
    """What `mlpilot.toml` of `folder` (the working one, unless said) says; nothing, where there is none.

    Raises `UserError`, one line that names the key.
    """
    folder = (folder or Path()).absolute()
    table = _table(folder / FILE)
    for name in table:
        _refuse_unknown(name, KEYS, "table")
    sandbox = table.get("sandbox", {})
    if not isinstance(sandbox, dict):
        raise _wrong("sandbox", "a table, [sandbox]", sandbox)
    for key in sandbox:
        _refuse_unknown(key, KEYS["sandbox"], "key", "sandbox.")
    packages = _packages(sandbox.get("packages", []))
    python, image = (_text(sandbox, key) for key in ("python", "image"))
    named = [key for key, value in (("packages", packages), ("python", python), ("image", image)) if value]
    if len(named) > 1:
        raise UserError(
            f"{FILE}: sandbox.{named[0]} and sandbox.{named[1]} exclude each other: packages are added to what comes "
            "with mlpilot, while python and image replace it; keep one"
        )
    return Settings(folder, packages, python, image)


def environment_of(settings: Settings, gpus: str = "") -> Environment:
    """What the sandbox is to hold by these settings, with those GPUs. Raises `UserError`."""
    if settings.python:
        python = examine(settings.folder / Path(settings.python).expanduser())
        return Environment(own_python=python, packages=python.packages, gpus=gpus, identity=f"python {python.identity}")
    if settings.image:
        return Environment(own_image=settings.image, gpus=gpus)  # docker knows what tells it from others
    if not settings.packages:
        return Environment(gpus=gpus)
    lock = added.read(settings.lock_file)
    if lock is None or not added.same(lock.asked, settings.packages):
        return Environment(asked=settings.packages, gpus=gpus)  # not to be used before it is built
    return Environment(
        image=lock.image(),
        added=lock.folder(),
        packages=lock.pins,
        asked=settings.packages,
        gpus=gpus,
        identity=f"packages {lock.identity}",
    )


def sandbox_for(name: str, gpus: str = "", progress: Callable[[str], object] = str) -> Sandbox:
    """The sandbox called `name` (see `choose`), holding what `mlpilot.toml` of the working folder says."""
    return choose(name, progress, environment_of(read_settings(), gpus))


def _table(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UserError(f"{FILE} cannot be read: {error.strerror}") from None
    if len(data) > _MOST_BYTES:
        raise UserError(f"{FILE} is larger than {_MOST_BYTES // 1024} KiB; settings are shorter than that")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(f"{FILE} is not UTF-8 text (byte {error.start})") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{FILE} is not TOML: {' '.join(str(error).split())[:200]}") from None


def _refuse_unknown(name: str, known: Mapping[str, Any] | tuple[str, ...], what: str, before: str = "") -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {before}{near[0]}?" if near else f"known are {', '.join(f'{before}{one}' for one in known)}"
    raise UserError(f"{FILE}: there is no {what} {before}{name[:60]}; {hint}")


def _wrong(key: str, wanted: str, value: object) -> UserError:
    return UserError(f"{FILE}: {key} must be {wanted}, not {str(value)[:60]!r}")


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (key in table and not value.strip()) or len(value) > _MOST_CHARACTERS:
        examples = {"python": 'a path in quotes, such as ".venv"', "image": 'a name in quotes, such as "team/ml:3"'}
        raise _wrong(f"sandbox.{key}", examples[key], value)
    if any(ord(character) < 32 for character in value):
        raise _wrong(f"sandbox.{key}", "one line without control characters", value)
    return value.strip()


def _packages(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong("sandbox.packages", 'a list, such as ["lightgbm", "xgboost>=2"]', value)
    if len(value) > _MOST_PACKAGES:
        raise UserError(f"{FILE}: sandbox.packages has {len(value)} entries; at most {_MOST_PACKAGES} are taken")
    found: dict[str, str] = {}
    for entry in value:
        wanted = _requirement(entry)
        if canonicalize_name(wanted.name) in found:
            raise UserError(f"{FILE}: sandbox.packages names {wanted.name} twice; keep one")
        found[canonicalize_name(wanted.name)] = str(wanted)
    return tuple(found.values())


def _requirement(entry: object) -> Requirement:
    """A package by its name; addresses and paths are refused: what they lead to changes without a version."""
    wrong = _wrong("sandbox.packages", 'names of packages, such as "xgboost>=2"; no paths, no addresses', entry)
    if not isinstance(entry, str) or len(entry) > _MOST_CHARACTERS:
        raise wrong
    try:
        wanted = Requirement(entry)
    except InvalidRequirement:
        raise wrong from None
    if wanted.url is not None:
        raise wrong
    return wanted
