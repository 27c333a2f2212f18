"""What the image holds: the packages that generated code may use, at the versions installed beside us."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlpilot.sandbox.errors import UserError

ROOTS = (
    "ipykernel",
    "joblib",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "python-calamine",
    "scikit-learn",
    "scipy",
    "skops",
    "threadpoolctl",
)
DOCKERFILE = Path(__file__).with_name("Dockerfile")


def _needs(name: str) -> list[str]:
    """The packages that installed package `name` requires here, without its extras."""
    wanted = (Requirement(line) for line in requires(name) or ())
    return [need.name for need in wanted if need.marker is None or need.marker.evaluate({"extra": ""})]


@cache
def requirements() -> str:
    """A requirements file that pins `ROOTS` and all that they need. Raises `UserError` when one is not installed."""
    pins: dict[str, str] = {}
    todo = [*ROOTS]
    while todo:
        name = canonicalize_name(todo.pop())
        if name not in pins:
            try:
                pins[name] = version(name)
                todo += _needs(name)
            except PackageNotFoundError:
                raise UserError(f"{name} is not installed beside mlpilot; reinstall mlpilot") from None
    return "".join(f"{name}=={pins[name]}\n" for name in sorted(pins))


def tag() -> str:
    """The image's name: the same contents have the same name, and other contents another."""
    digest = hashlib.sha256(DOCKERFILE.read_bytes() + requirements().encode()).hexdigest()
    return f"mlpilot-sandbox:{digest[:16]}"
