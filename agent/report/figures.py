"""The pictures of the report, each a `<figure>` with a title, a legend and a sentence."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import ExperimentRecord
from mlpilot.agent.report import measures
from mlpilot.agent.report.chart import Chart, Mark, labelled, spread, swatch
from mlpilot.agent.report.markup import Html, tag
from mlpilot.agent.report.measures import Part
from mlpilot.agent.report.words import decimals, fixed, plural, score_text, short

Sample = tuple[Mark | Literal["line", "dash", "bar"], str, str]
"""Of a legend: shape, style, meaning."""
Legend = Sequence[Sample]
STYLE = {"out-of-fold": "search", "test": "test"}
MARK: dict[str, Mark] = {"out-of-fold": "dot", "test": "square"}
SCATTER_POINTS = 1500


def figure(title: str, picture: Html, *, legend: Legend = (), caption: str = "", wide: bool = False) -> Html:
    """A picture with its title above, and what it means below."""
    samples = [tag("span", swatch(mark, style), text) for mark, style, text in legend]
    return tag(
        "figure",
        tag("h4", title, role="heading", aria_level=3),  # it may stand right below an h2
        tag("p", samples, class_="legend") if samples else None,
        picture,
        tag("figcaption", caption) if caption else None,
        class_="wide" if wide else None,
    )


def focus(scores: Sequence[Score], best: Score) -> tuple[float, float]:
    """An axis on which the scores near the best can be told apart; hopeless ones are left to stop at its edge."""
    gaps = np.array([score.value - best.value for score in scores])
    reach = 3 * float(np.quantile(np.abs(gaps), 0.75))
    near = [score for score, gap in zip(scores, gaps, strict=True) if abs(gap) <= reach] or [best]
    return spread([edge for score in [*near, best] for edge in score.ci])


def progress(experiments: Sequence[ExperimentRecord], metric: str, greater_is_better: bool) -> Html | None:
    """Score by experiment, with the best so far as a stair."""
    scored = [(one, one.score) for one in experiments if one.score is not None]
    if len(scored) < 2:
        return None
    pick = max if greater_is_better else min
    best = pick((score for _, score in scored), key=lambda score: score.value)
    last = max(one.number for one in experiments)
    values = [score.value for _, score in scored]
    reach = 3 * float(np.quantile(np.abs(np.array(values) - best.value), 0.75))
    span = spread([value for value in values if abs(value - best.value) <= reach], pad=0.08)
    arrow = "higher is better" if greater_is_better else "lower is better"
    alt = f"{metric} of {plural(len(scored), 'scored experiment')}; the best is {short(best.value)}"
    chart = Chart(alt, (0.5, last + 0.5), span, "experiment", metric, width=680, height=260)
    chart.x_ticks = labelled(tick for tick in chart.across.ticks(8) if tick == int(tick) and tick >= 1)
    chart.line(_stair([(one.number, score.value) for one, score in scored], last, greater_is_better), "search")
    shapes: dict[str, Mark] = {"draft": "square", "tune": "dot", "blend": "diamond"}
    for kind, mark in shapes.items():
        points = [(one.number, score.value) for one, score in scored if one.kind == kind]
        if points:
            chart.points(points, mark, f"{kind} ink")
    failed = [(float(one.number), span[0] if greater_is_better else span[1]) for one in experiments if not one.score]
    names = {"draft": "idea", "tune": "tuning trial", "blend": "blend"}
    legend: list[Sample] = [("line", "search", "best so far")]
    used = {one.kind for one, _ in scored}
    legend += [(mark, f"{kind} ink", names[kind]) for kind, mark in shapes.items() if kind in used]
    if failed:
        chart.points(failed, "cross", "bad")
        legend.append(("cross", "bad", "no score"))
    outside = sum(abs(value - best.value) > reach for value in values)
    caption = f"Beyond the axis, and shown at its edge: {plural(outside, 'score')}." if outside else ""
    return figure(
        f"{metric[:1].upper()}{metric[1:]} over experiments, {arrow}",
        chart.render(),
        legend=legend,
        caption=caption,
        wide=True,
    )


def _stair(scores: Sequence[tuple[int, float]], last: int, greater_is_better: bool) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for number, value in scores:
        if not points:
            points.append((number, value))
        elif (value > points[-1][1]) if greater_is_better else (value < points[-1][1]):
            points += [(number, points[-1][1]), (number, value)]
    return [*points, (last + 0.5, points[-1][1])]


def search_and_test(search: Score, test: Score | None, metric: str) -> Html:
    """Both scores with their intervals on one axis."""
    rows = [("search", search, "dot"), *([("test", test, "square")] if test else [])]
    said = "; ".join(f"{name} {score_text(score)}" for name, score, _ in rows)
    span = spread([edge for _, score, _ in rows for edge in score.ci], pad=0.12)
    chart = Chart(f"{metric}: {said}", span, (-0.6, len(rows) - 0.4), metric, "", height=70 + 46 * len(rows))
    chart.y_ticks = [(len(rows) - 1 - index, name) for index, (name, _, _) in enumerate(rows)]
    for index, (name, score, mark) in enumerate(rows):
        height = len(rows) - 1 - index
        chart.line([(score.ci[0], height), (score.ci[1], height)], f"{name} thick")
        chart.points([(score.value, height)], "dot" if mark == "dot" else "square", f"{name} big")
        chart.words((score.value, height), fixed(score.value, decimals(score.ci) + 1), dy=-11)
    return figure("Search score and test score", chart.render(), caption="Bars are 95 % intervals.")


def calibration(parts: Sequence[Part], classes: Sequence[str]) -> Html:
    """Stated probability against observed frequency, and how many rows stand behind each point."""
    binary = len(classes) == 2
    event = f"probability of {classes[1]}" if binary else "probability of the predicted class"
    share = "observed share" if binary else "share that was right"
    found = [(part, measures.reliability(part)) for part in parts]
    off = " and ".join(f"{100 * measures.calibration_error(bins):.1f} points {part.name}" for part, bins in found)
    chart = Chart(f"Calibration: stated probability is off by {off} on average", (0, 1), (-0.24, 1), event, share)
    chart.height, chart.y_ticks = 300, labelled([0, 0.2, 0.4, 0.6, 0.8, 1])
    chart.lay()
    chart.line([(0, 0), (1, 1)], "guide")
    for part, bins in found:
        style, groups = STYLE[part.name], measures.merged(bins)
        chart.whiskers([(group.stated, *group.ends) for group in groups], f"{style} solid")
        chart.line([(group.stated, group.observed) for group in groups], f"{style} thin")
        chart.points([(group.stated, group.observed) for group in groups], MARK[part.name], f"{style} big")
    _strip(chart, found[0][1])
    legend: list[Sample] = [(MARK[part.name], STYLE[part.name], _rows(part)) for part in parts]
    caption = (
        f"Stated probabilities are off by {off} on average. Upright lines: 95 % intervals; bins of few rows are drawn "
        f"as one. Beneath: {found[0][0].name} rows in each tenth."
    )
    return figure("Calibration", chart.render(), legend=[*legend, ("dash", "guide", "perfect")], caption=caption)


def _strip(chart: Chart, bins: Sequence[measures.Bin]) -> None:
    """How many rows stand behind each tenth, as bars with numbers below the plot."""
    most = max(bin_.count for bin_ in bins)
    for bin_ in bins:
        chart.bar(bin_.tenth / 10 + 0.01, bin_.tenth / 10 + 0.09, -0.24 + 0.12 * bin_.count / most, "search")
        count = f"{bin_.count}" if bin_.count < 10_000 else f"{bin_.count / 1000:.0f}k"
        chart.words((bin_.tenth / 10 + 0.05, -0.24 + 0.12 * bin_.count / most), count, dy=-3, style="tiny")


def roc(parts: Sequence[Part]) -> Html:
    """True against false positives over all thresholds."""
    chart = Chart("", (0, 1), (0, 1), "false positive rate", "true positive rate", height=300)
    chart.line([(0, 0), (1, 1)], "guide")
    legend: list[Sample] = []
    for part in parts:
        if len(np.unique(part.truth)) < 2:
            continue
        false, true, area = measures.roc(part)
        chart.line(list(zip(false.tolist(), true.tolist(), strict=True)), STYLE[part.name])
        legend.append(
            ("line" if part.name == "out-of-fold" else "dash", STYLE[part.name], f"{part.name}, area {area:.3f}")
        )
    chart.alt = "ROC curve: " + "; ".join(text for _, _, text in legend)
    return figure("ROC curve", chart.render(), legend=legend, caption="The dashed diagonal is chance.")


def predicted_and_true(parts: Sequence[Part], target: str) -> Html:
    """Each row as a point: its prediction and its truth."""
    span = _ends([array for part in parts for array in (part.truth, part.predicted)])
    chart = Chart(f"Predicted and true {target}", span, span, f"predicted {target}", f"true {target}", height=320)
    shown = []
    for part in parts:
        rows = measures.sample(len(part.truth), SCATTER_POINTS)
        points = zip(part.predicted[rows].tolist(), part.truth[rows].tolist(), strict=True)
        chart.points(points, MARK[part.name], f"{STYLE[part.name]} faint")
        shown.append((part, len(rows)))
    chart.line([(span[0], span[0]), (span[1], span[1])], "guide over")
    return figure("Predicted and true", chart.render(), legend=_rows_legend(shown), caption=_sampled(shown))


def residuals(parts: Sequence[Part], target: str) -> Html:
    """Residuals by prediction, with their mean in tenths of the rows: a flat line at 0 is what one hopes for."""
    across = _ends([part.predicted for part in parts])
    up = _ends([part.residuals for part in parts])
    chart = Chart("Residuals by prediction", across, up, f"predicted {target}", "true − predicted", height=320)
    shown = []
    for part in parts:
        rows = measures.sample(len(part.truth), SCATTER_POINTS)
        points = zip(part.predicted[rows].tolist(), part.residuals[rows].tolist(), strict=True)
        chart.points(points, MARK[part.name], f"{STYLE[part.name]} faint")
        shown.append((part, len(rows)))
    chart.line([(across[0], 0), (across[1], 0)], "guide over")
    trend = measures.trends(parts[0])
    chart.line([(step.predicted, step.mean) for step in trend], "mean")
    legend = [*_rows_legend(shown), ("line", "mean", f"mean, {parts[0].name}")]
    return figure("Residuals by prediction", chart.render(), legend=legend, caption=_sampled(shown))


def residual_histogram(parts: Sequence[Part]) -> Html:
    """How the residuals are spread, as a share of each part's rows."""
    bins = min(40, max(8, round(len(parts[0].truth) ** 0.5)))
    edges = np.histogram_bin_edges(np.concatenate([part.residuals for part in parts]), bins=bins)
    shares = [np.histogram(part.residuals, edges)[0] / len(part.truth) for part in parts]
    top = max(float(share.max()) for share in shares)
    chart = Chart(
        "Histogram of residuals",
        (edges[0], edges[-1]),
        (0, top * 1.05),
        "true − predicted",
        "share of rows",
        height=320,
    )
    for low, high, share in zip(edges[:-1], edges[1:], shares[0], strict=True):
        chart.bar(float(low), float(high), float(share), STYLE[parts[0].name])
    for part, share in zip(parts[1:], shares[1:], strict=True):
        steps = [(float(x), float(y)) for i, y in enumerate(share) for x in (edges[i], edges[i + 1])]
        chart.line(steps, f"{STYLE[part.name]} solid")
    chart.whiskers([(0, 0, top * 1.05)], "guide over")
    marks: list[Literal["bar", "line"]] = ["bar", "line"]
    legend = [(mark, f"{STYLE[part.name]} solid", part.name) for mark, part in zip(marks, parts, strict=False)]
    middle, off = float(parts[0].residuals.mean()), float(np.median(np.abs(parts[0].residuals)))
    caption = f"Out-of-fold: mean {short(middle)}, and half of the rows are within ± {short(off)}."
    return figure("Histogram of residuals", chart.render(), legend=legend, caption=caption)


def target_histogram(values: measures.Floats, target: str) -> Html:
    """How the target is spread."""
    counts, edges = np.histogram(values, bins=40)
    alt = f"Histogram of {target}, from {short(float(values.min()))} to {short(float(values.max()))}"
    chart = Chart(alt, (edges[0], edges[-1]), (0, float(counts.max()) * 1.05), target, "rows", width=680, height=210)
    chart.y_ticks = labelled(chart.up.ticks(3))
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        if count:
            chart.bar(float(low), float(high), float(count), "search")
    return figure(f"The target, {target}", chart.render(), wide=True)


def share_bar(share: float, style: str = "search") -> Html:
    """A bar as wide as the share of its cell; the number stands beside it."""
    bar = tag("rect", x=0, y=2, width=f"{max(0.0, min(share, 1.0)) * 100:.1f}%", height=8, class_=f"fill {style}")
    return tag("svg", bar, class_="bar", height=12, aria_hidden="true")


def range_bar(score: Score, span: tuple[float, float], best: float) -> Html:
    """A 95 % interval on an axis shared by the whole board, the best score as a faint line through all rows."""

    def at(value: float) -> str:
        return f"{100 * (min(max(value, span[0]), span[1]) - span[0]) / (span[1] - span[0]):.1f}%"

    return tag(
        "svg",
        tag("line", x1=at(best), x2=at(best), y1=0, y2="100%", class_="reference"),
        tag("line", x1=at(score.ci[0]), x2=at(score.ci[1]), y1=9, y2=9, class_="range"),
        tag("circle", cx=at(score.value), cy=9, r=3.5) if span[0] <= score.value <= span[1] else None,
        class_="bar",
        height=18,
        aria_hidden="true",
    )


def error_bar(mean: float, deviation: float, top: float) -> Html:
    """A bar with its standard deviation as a whisker; `top` is the whole width."""

    def at(value: float) -> str:
        return f"{100 * min(max(value / top, 0), 1):.1f}%"

    return tag(
        "svg",
        tag("rect", x=0, y=3, width=at(mean), height=10, class_="fill search"),
        tag("line", x1=at(mean - deviation), x2=at(mean + deviation), y1=8, y2=8, class_="range"),
        class_="bar",
        height=16,
        aria_hidden="true",
    )


def _ends(arrays: Sequence[measures.Floats]) -> tuple[float, float]:
    return spread([float(end) for array in arrays for end in (array.min(), array.max())])


def _rows_legend(shown: Sequence[tuple[Part, int]]) -> list[Sample]:
    return [(MARK[part.name], STYLE[part.name], _rows(part)) for part, _ in shown]


def _rows(part: Part) -> str:
    return f"{part.name}, {plural(len(part.truth), 'row')}"


def _sampled(shown: Sequence[tuple[Part, int]]) -> str:
    drawn = [f"{count:,} of {len(part.truth):,} {part.name} rows" for part, count in shown if count < len(part.truth)]
    return f"Drawn: {' and '.join(drawn)}, picked at random." if drawn else ""
