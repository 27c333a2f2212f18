"""What a person's script may see of the folder it stands in: its plain files, read-only, and never a secret."""

import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpilot.sandbox.errors import UserError

if TYPE_CHECKING:
    from mlpilot.sandbox.protocol import Mount, Sandbox

INSIDE = "/mnt/files"
MOST_FILES = 256

_SECRET = re.compile(
    r"\.(pem|key|p12|pfx|jks|kdbx?|ppk|gpg|asc|ovpn|keystore)$|^id_(rsa|dsa|ecdsa|ed25519)"
    r"|secret|credential|passw|token|api[-_]?key",
    re.IGNORECASE,
)


def beside(script: Path) -> "tuple[list[Mount], int]":
    """The plain files beside `script`, as mounts, and how many were left out because there are too many."""
    from mlpilot.sandbox.protocol import Mount

    try:
        found = sorted(path for path in script.absolute().parent.iterdir() if _may_be_seen(path))
    except OSError:
        found = []
    seen = [Mount(path, f"{INSIDE}/{path.name}") for path in found[:MOST_FILES]]
    return seen, len(found) - len(seen)


def asked_for(paths: "Sequence[str]") -> "list[Mount]":
    """What the person names is seen too, by its last name, whatever it is. Raises `UserError`."""
    from mlpilot.sandbox.protocol import Mount

    mounts = []
    for text in paths:
        path = Path(text).absolute()
        if not path.exists():
            raise UserError(f"--mount {text}: there is no such file or folder")
        if not path.name or not path.name.isprintable():
            raise UserError(f"--mount {text}: it cannot be seen inside under that name; name a file or folder")
        mounts.append(Mount(path, f"{INSIDE}/{path.name}"))
    return mounts


def linking(seen: "Sequence[Mount]", sandbox: "Sandbox") -> str:
    """A Cell that puts them into the working directory, to be read and imported, and leaves no other trace."""
    pairs = [(sandbox.inside(mount), mount.target.rpartition("/")[2]) for mount in seen]
    return (
        f"[__import__('os').symlink(*pair) for pair in {pairs!r}];\n"
        "__import__('sys').path.insert(0, __import__('os').getcwd())\n"
        "get_ipython().execution_count = 1"
    )


def _may_be_seen(path: Path) -> bool:
    """A regular file, no link, not hidden, whose name and first bytes are not those of a key."""
    if path.name.startswith(".") or _SECRET.search(path.name) or not path.name.isprintable():
        return False
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file:
            return b"PRIVATE KEY" not in file.read(200)
    except OSError:
        return False
