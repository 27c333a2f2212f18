"""What happens in a talk, for whoever shows it: a screen, a log, a stream of JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mlpilot.facts import Fact
from mlpilot.sandbox.protocol import CellResult


@dataclass(frozen=True)
class Piece:
    """A piece of what a model says, as it comes."""

    text: str


@dataclass(frozen=True)
class Said:
    """All that a model said in this turn; its pieces came before."""

    text: str


@dataclass(frozen=True)
class Told:
    """Our own words, a line each."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Labels, and what is said under them."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Board:
    """All that a run has tried."""

    run: str


@dataclass(frozen=True)
class CellBegins:
    """Code that is about to run in the sandbox."""

    code: str
    by_model: bool


@dataclass(frozen=True)
class CellText:
    """What the cell prints, as it comes."""

    stream: str
    text: str


@dataclass(frozen=True)
class CellEnded:
    """How it ended."""

    result: CellResult


@dataclass(frozen=True)
class Figure:
    """A picture that a cell drew, checked to be a PNG of bounded size."""

    path: Path
    data: bytes


@dataclass(frozen=True)
class Diff:
    """A change of a file that waits for a word."""

    name: str
    text: str


@dataclass(frozen=True)
class Progress:
    """Where a run in the background stands."""

    run: str
    text: str


@dataclass(frozen=True)
class RunEnded:
    """A run in the background has ended, one way or another; what came of it was told before."""

    run: str
    code: int
    seconds: float


@dataclass(frozen=True)
class Doing:
    """What is being waited for; empty: nothing any more."""

    text: str


@dataclass(frozen=True)
class Trouble:
    """What went wrong, in one line."""

    text: str


Happening = (
    Piece
    | Said
    | Told
    | Facts
    | Board
    | CellBegins
    | CellText
    | CellEnded
    | Figure
    | Diff
    | Progress
    | RunEnded
    | Doing
    | Trouble
)
Tell = Callable[[Happening], None]
