"""A small kit for pictures: a plot area with two linear axes, and marks laid on it, as SVG that follows the page.

Colours and type come from the page's style sheet, so a picture is right in the light, in the dark and on paper.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mlpilot.agent.report.markup import Html, join, number, tag
from mlpilot.agent.report.words import short

Point = tuple[float, float]
Mark = Literal["dot", "square", "cross", "diamond"]


@dataclass(frozen=True)
class Axis:
    """A range of values, laid over a range of pixels."""

    low: float
    high: float
    start: float = 0.0
    end: float = 100.0

    def __call__(self, value: float) -> float:
        """The pixel of a value; values outside the range stop at its ends."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, wanted: int = 5) -> list[float]:
        """Round values (1, 2 or 5 times a power of ten) inside the range, about `wanted` of them."""
        rough = (self.high - self.low) / max(wanted, 1)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [round(index * step, 12) for index in range(first, math.floor(self.high / step + 1e-9) + 1)]


def spread(values: Iterable[float], *, pad: float = 0.04) -> tuple[float, float]:
    """The range of the values with a little air, never empty."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    air = (high - low) * pad or max(abs(low) * 0.05, 0.5)
    return low - air, high + air


@dataclass
class Chart:
    """A picture being drawn; `alt` says in words what it shows."""

    alt: str
    x: tuple[float, float]
    y: tuple[float, float]
    x_label: str = ""
    y_label: str = ""
    width: int = 320
    height: int = 260
    x_ticks: Sequence[tuple[float, str]] | None = None
    y_ticks: Sequence[tuple[float, str]] | None = None
    _marks: list[Html] = field(default_factory=list)

    left = 50
    right = 12
    top = 10
    bottom = 40

    def __post_init__(self) -> None:
        self.lay()

    def lay(self) -> None:
        """Lay the axes out for the present width and height."""
        self.across = Axis(*self.x, self.left, self.width - self.right)
        self.up = Axis(*self.y, self.height - self.bottom, self.top)

    def place(self, point: Point) -> str:
        """`x y` in pixels."""
        return f"{number(self.across(point[0]))} {number(self.up(point[1]))}"

    def line(self, points: Sequence[Point], style: str) -> None:
        """A line through the points."""
        if points:
            self._marks.append(tag("path", d="M" + "L".join(map(self.place, points)), class_=f"line {style}"))

    def area(self, points: Sequence[Point], style: str) -> None:
        """A filled shape around the points."""
        self._marks.append(tag("path", d="M" + "L".join(map(self.place, points)) + "Z", class_=f"fill {style}"))

    def bar(self, low: float, high: float, height: float, style: str) -> None:
        """A bar over [low, high] from the lower edge up to `height`."""
        floor = self.y[0]
        self.area([(low, floor), (low, height), (high, height), (high, floor)], style)

    def whiskers(self, spans: Iterable[tuple[float, float, float]], style: str) -> None:
        """Upright lines at x from low to high: (x, low, high)."""
        path = "".join(f"M{self.place((x, low))}L{self.place((x, high))}" for x, low, high in spans)
        self._marks.append(tag("path", d=path, class_=f"line {style}"))

    def points(self, points: Iterable[Point], mark: Mark, style: str) -> None:
        """Marks of one shape, all of them in one path: pictures of thousands of points stay small."""
        self._marks.append(mark_path([self.place(point) for point in points], mark, style))

    def words(self, point: Point, text: str, *, dy: float = 0, style: str = "strong") -> None:
        """A short text, centred over a point."""
        x, y = self.across(point[0]), self.up(point[1]) + dy
        self._marks.append(tag("text", text, x=x, y=y, text_anchor="middle", class_=style))

    def render(self) -> Html:
        """The finished `<svg>`."""
        box = f"0 0 {self.width} {self.height}"
        kind = "chart wide" if self.width > 400 else "chart"
        return tag("svg", self._frame(), self._marks, viewBox=box, role="img", aria_label=self.alt, class_=kind)

    def _frame(self) -> Html:
        x_ticks = self.x_ticks if self.x_ticks is not None else labelled(self.across.ticks())
        y_ticks = self.y_ticks if self.y_ticks is not None else labelled(self.up.ticks())
        floor, wall = self.height - self.bottom, self.left
        grid = [(f"M{wall} {number(self.up(v))}H{self.width - self.right}") for v, _ in y_ticks]
        parts = [tag("path", d="".join(grid) or "M0 0", class_="grid")]
        parts.append(tag("path", d=f"M{wall} {floor}H{self.width - self.right}", class_="axis"))
        parts += [tag("text", label, x=self.across(v), y=floor + 16, text_anchor="middle") for v, label in x_ticks]
        parts += [tag("text", label, x=wall - 7, y=self.up(v) + 4, text_anchor="end") for v, label in y_ticks]
        middle = (wall + self.width - self.right) / 2
        parts.append(tag("text", self.x_label, x=middle, y=self.height - 6, text_anchor="middle", class_="label"))
        centre = (self.top + floor) / 2
        turn = f"rotate(-90 11 {number(centre)})"
        parts.append(tag("text", self.y_label, x=11, y=centre, text_anchor="middle", transform=turn, class_="label"))
        return join(parts)


def labelled(values: Iterable[float]) -> list[tuple[float, str]]:
    """Ticks with their values for labels."""
    return [(value, short(value)) for value in values]


def mark_path(places: Iterable[str], mark: Mark, style: str) -> Html:
    """Marks of one shape at `x y` pixels. Round and square caps on lines of no length draw dots and squares."""
    shapes = {"dot": "h0", "square": "h0", "cross": "m-3 -3l6 6m0 -6l-6 6", "diamond": "m0 -5l5 5l-5 5l-5 -5z"}
    path = "".join(f"M{place}{shapes[mark]}" for place in places)
    return tag("path", d=path or "M0 0", class_=f"mark {mark} {style}")


def swatch(mark: Mark | Literal["line", "dash", "bar"], style: str) -> Html:
    """A sample for a legend."""
    if mark in ("line", "dash"):
        drawn = tag("path", d="M1 7H19", class_=f"line {style}")
    elif mark == "bar":
        drawn = tag("path", d="M3 2H17V12H3Z", class_=f"fill {style}")
    else:
        drawn = mark_path(["10 7"], mark, style)  # type: ignore[arg-type]
    return tag("svg", drawn, width=20, height=14, viewBox="0 0 20 14", aria_hidden="true", class_="swatch")
