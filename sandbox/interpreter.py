"""The Python that runs inside: the one that runs mlpilot, or an existing environment of the person's own.

Another Python is asked, once, where its parts lie and what it holds. It is the person's and trusted as such; it is
started in isolated mode all the same, so that nothing of this process's environment or working folder gets into it.
"""

import hashlib
import json
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mlpilot.sandbox.errors import NoSandboxError, UserError

OLDEST = (3, 11)
"""What runs inside needs this Python or a later one."""
NEEDED = {
    "ipykernel": "ipykernel",
    "joblib": "joblib",
    "jupyter_client": "jupyter-client",
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "skops": "skops",
    "sklearn": "scikit-learn",
    "threadpoolctl": "threadpoolctl",
    "zmq": "pyzmq",
}
"""Modules that kernels and the harness import, and the packages that have them."""
NOTABLE = (
    "catboost",
    "category-encoders",
    "imbalanced-learn",
    "jax",
    "lightgbm",
    "polars",
    "statsmodels",
    "tabpfn",
    "tensorflow",
    "torch",
    "transformers",
    "xgboost",
)
"""Of an environment of the person's own, packages that whoever writes code should know of."""
PROBE = """
import json, os, sys
found = {"version": list(sys.version_info[:3])}
if sys.version_info >= (3, 8):
    import sysconfig
    from importlib import metadata, util
    paths = [sysconfig.get_path(kind) for kind in ("purelib", "platlib", "stdlib", "platstdlib")]
    real = os.path.dirname(os.path.dirname(os.path.realpath(sys.executable)))
    kernel = util.find_spec("ipykernel")
    found.update(
        executable=sys.executable, prefixes=[sys.prefix, sys.base_prefix, real], paths=paths,
        missing=[name for name in sys.argv[1:] if util.find_spec(name) is None],
        home=os.path.dirname(os.path.dirname(kernel.origin)) if kernel and kernel.origin else "",
        packages=sorted({"%s==%s" % (one.metadata["Name"], one.version) for one in metadata.distributions()}),
    )
print("\\nmlpilot:" + json.dumps(found))
"""
"""Source for any Python 3; its last line of output is JSON. Arguments are modules to look for."""
_PIN = re.compile(r"[\w.-]{1,60}==[\w.+!-]{1,40}", re.ASCII)
_PARTS = ("bin", "lib", "lib64", "include", "share", "pyvenv.cfg")
_SECONDS = 60
_MOST_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Interpreter:
    """A Python, and what of the machine it needs to see."""

    executable: str
    folders: tuple[str, ...]
    """Files and folders outside the system's own that hold it and its packages; nothing else of its prefixes."""
    home: str
    """Where the packages lie that kernels need: mostly below a prefix, but perhaps in the user's own folder."""
    identity: str = ""
    """A hash of its version and of all packages in it; empty for the Python that runs mlpilot."""
    version: str = ""
    packages: tuple[str, ...] = ()
    """Those that are `NOTABLE`: `name==version`."""


@cache
def ours() -> Interpreter:
    """The Python that runs mlpilot. Raises `NoSandboxError` where ipykernel is not beside it."""
    spec = find_spec("ipykernel")
    if spec is None or spec.origin is None:
        raise NoSandboxError("ipykernel is not installed beside mlpilot; reinstall mlpilot")
    home = str(Path(spec.origin).parent.parent)
    paths = [sysconfig.get_path(kind) for kind in ("purelib", "platlib", "stdlib")]
    return Interpreter(as_named(Path(sys.executable)), _folders([sys.prefix, sys.base_prefix], [*paths, home]), home)


@cache
def examine(where: Path) -> Interpreter:
    """The Python at `where`, an executable or the folder of an environment. Raises `UserError`."""
    executable = where / "bin" / "python" if where.is_dir() else where
    if not executable.is_file():
        what = "is the folder of no environment (it has no bin/python)" if where.is_dir() else "does not exist"
        raise UserError(f"python: {where} {what}; name a virtual environment, or the Python in it")
    command = [str(executable), "-I", "-c", PROBE, *NEEDED]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env={}, timeout=_SECONDS, check=False, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = getattr(error, "strerror", None) or f"no answer within {_SECONDS} s"
        raise UserError(f"python: {executable} cannot be run: {why}") from None
    found = answer_of(done.stdout, f"python: {executable}", done.stderr)
    checked(found, f"python: {executable}", f"{executable} -m pip install")
    prefixes = [str(prefix) for prefix in found["prefixes"]]
    paths = [str(path) for path in found["paths"]]
    return Interpreter(
        as_named(executable),
        _folders(prefixes, [*paths, str(found["home"])]),
        str(found["home"]),
        identity_of(found),
        version_of(found),
        notable(found),
    )


def as_named(executable: Path) -> str:
    """Its path, without `..`, which leads through folders that a sandbox does not show.

    The executable itself is not followed: the link in a virtual environment is what makes it one.
    """
    folder = executable.parent.absolute()
    return str((folder.resolve() if ".." in folder.parts else folder) / executable.name)


def answer_of(output: bytes, who: str, complaint: bytes = b"") -> dict[str, Any]:
    """What `PROBE` has printed. Raises `UserError` where that is anything else."""
    _, _, text = output[-_MOST_BYTES:].rpartition(b"\nmlpilot:")
    try:
        found = json.loads(text)
        version = found["version"]
    except (ValueError, KeyError, TypeError):
        words = " ".join(complaint.decode(errors="replace").split())[-300:]
        raise UserError(f"{who} does not work as a Python 3: {words or 'it gave no answer'}") from None
    if not isinstance(version, list) or not all(isinstance(part, int) for part in version):
        raise UserError(f"{who} does not say which Python it is")
    return dict(found)


def checked(found: dict[str, Any], who: str, mend: str) -> None:
    """Raises `UserError` where a Python is too old, or lacks what kernels need; `mend` is the command to begin with."""
    if tuple(found["version"]) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise UserError(f"{who} is Python {version_of(found)}; what runs in the sandbox needs {oldest} or later")
    missing = sorted(NEEDED[name] for name in found["missing"] if name in NEEDED)
    if missing:
        raise UserError(f"{who} lacks what the sandbox needs; run `{mend} {' '.join(missing)}`")


def version_of(found: dict[str, Any]) -> str:
    """`X.Y.Z`."""
    return ".".join(map(str, found["version"]))


def identity_of(found: dict[str, Any]) -> str:
    """A hash of the version and the packages."""
    return hashlib.sha256(json.dumps([found["version"], found["packages"]]).encode()).hexdigest()[:16]


def notable(found: dict[str, Any]) -> tuple[str, ...]:
    """`name==version` of those packages that are `NOTABLE`."""
    plain = (pin.lower() for pin in found["packages"] if _PIN.fullmatch(pin))
    return tuple(sorted(pin for pin in plain if pin.partition("==")[0] in NOTABLE))


def parts_of(prefixes: list[str], paths: list[str]) -> list[str]:
    """What of a Python's prefixes and paths has to be seen, outside of /usr; whether it is there or not."""
    parts = [Path(prefix, part) for prefix in sorted({*prefixes} - {"/usr", "/"}) for part in _PARTS]
    parts += [Path(path) for path in paths if path]
    return list(dict.fromkeys(str(part) for part in parts if not part.is_relative_to("/usr")))


def _folders(prefixes: list[str], paths: list[str]) -> tuple[str, ...]:
    return tuple(part for part in parts_of(prefixes, paths) if Path(part).exists())
