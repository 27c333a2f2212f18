"""How one case ended, as the process that ran it tells the judge: one line of JSON."""

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

_KEPT_BYTES = 2 * 2**20
"""Of each buffer and file: enough to find a secret in."""


@dataclass
class Fetched:
    """One file that the host asked for after the cell."""

    name: str
    outcome: str
    """`bytes`, `refused`, or `ran`: fetching it made the host do something (see `naive`)."""
    detail: str = ""
    data: str = ""
    """The first of it, base64."""
    size: int = 0


@dataclass
class Told:
    """What came of one cell."""

    status: str
    seconds: float
    texts: list[str] = field(default_factory=list)
    """All text that a person would be shown."""
    blobs: dict[str, str] = field(default_factory=dict)
    """Buffers by name, the first of each as base64."""
    fetched: list[Fetched] = field(default_factory=list)
    state_lost: bool = False
    after: str = ""
    """Why the same session, or the pool, is of no use afterwards; empty if it is."""
    next: str = ""
    """What the next session sees."""
    harm: list[str] = field(default_factory=list)
    """What the host suffered, where it has no walls."""
    growth: int = 0
    """Bytes that the process grew by, at its highest."""

    def line(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> "Told":
        values = json.loads(line)
        values["fetched"] = [Fetched(**fetched) for fetched in values["fetched"]]
        return cls(**values)

    def parts(self) -> Iterator[bytes]:
        """All that came back, to be searched."""
        yield from (text.encode(errors="replace") for text in [*self.texts, self.next, *self.blobs])
        yield from (base64.b64decode(data) for data in [*self.blobs.values(), *(one.data for one in self.fetched)])


def kept(data: bytes) -> str:
    """The first of `data`, as base64."""
    return base64.b64encode(data[:_KEPT_BYTES]).decode()
