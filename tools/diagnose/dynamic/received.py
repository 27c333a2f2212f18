"""Facts of trainings as they come from inside, which the script could have sent in the observer's place.

They are taken only as far as they have the form: what is no number becomes none, what is too much is cut.
"""

import json
import math
from collections.abc import Callable
from typing import Any, TypeVar

from mlpilot.tools.diagnose.dynamic import facts
from mlpilot.tools.diagnose.dynamic.facts import (
    Bad,
    Changed,
    JudgedMoody,
    Labels,
    Layer,
    Point,
    Predicted,
    RateTest,
    Repeats,
    Scale,
    Shared,
    Sureness,
    Training,
    Unheld,
)

MOST_BYTES = 2**20
_Kind = TypeVar("_Kind")
_CHARACTERS, _MOST_EPOCHS, _MOST_FAULTS = 120, 200, 5
_LARGEST, _MOST_NAMES = 2**53, 4
_ENDINGS = {
    "Softmax": "softmax", "LogSoftmax": "log_softmax", "Sigmoid": "sigmoid", "Relu": "relu", "Tanh": "tanh",
    "Addmm": "linear", "Mm": "linear", **{name: name for name in ("softmax", "sigmoid", "relu", "tanh", "linear")},
}  # fmt: skip
"""What observers call an activation → what it is called here."""


def trainings(data: bytes) -> tuple[tuple[Training, ...], tuple[str, ...]]:
    """The trainings, and what the observer says it could not do."""
    try:
        told = json.loads(data.decode()) if len(data) <= MOST_BYTES else {}
    except (ValueError, RecursionError):
        return (), ()
    if not isinstance(told, dict):
        return (), ()
    found = tuple(_training(one) for one in objects(told.get("trainings"), facts.MOST_TRAININGS))
    faults = tuple(text(one, 300) for one in _list(told.get("faults"), _MOST_FAULTS))
    return found, tuple(one for one in faults if one)


def _training(one: dict[str, Any]) -> Training:
    metrics = one.get("metrics")
    pairs = list(metrics.items())[: facts.MOST_METRICS] if isinstance(metrics, dict) else []
    return Training(
        framework=text(one.get("framework")),
        backend=text(one.get("backend")),
        line=whole(one.get("line")) or None,
        model=text(one.get("model")),
        loss=text(one.get("loss")),
        is_mean=one.get("is_mean") is True,
        weighted=one.get("weighted") is True,
        optimizer=text(one.get("optimizer")),
        optimizer_line=whole(one.get("optimizer_line")) or None,
        learning_rate=number(one.get("learning_rate")),
        last_learning_rate=number(one.get("last_learning_rate")),
        starved=whole(one.get("starved")),
        momentum=number(one.get("momentum")),
        batch_size=whole(one.get("batch_size")),
        steps=whole(one.get("steps")),
        epochs=whole(one.get("epochs")),
        seconds=number(one.get("seconds")) or 0.0,
        finished=one.get("finished") is True,
        losses=_curve(one.get("losses")),
        epoch_losses=_numbers(one.get("epoch_losses"), _MOST_EPOCHS),
        validation_losses=_curve(one.get("validation_losses")),
        accuracies=_curve(one.get("accuracies")),
        validation_accuracies=_curve(one.get("validation_accuracies")),
        metrics={text(name): _numbers(values, _MOST_EPOCHS) for name, values in pairs},
        sampled=tuple(whole(step) for step in _list(one.get("sampled"), facts.MOST_SAMPLES)),
        layers=tuple(_layer(layer) for layer in objects(one.get("layers"), facts.MOST_LAYERS)),
        inputs=_scale(one.get("inputs")),
        targets=_scale(one.get("targets")),
        outputs=_scale(one.get("outputs")),
        predictions=tuple(_predicted(batch) for batch in objects(one.get("predictions"), facts.MOST_SAMPLES)),
        continues=one.get("continues") is True,
        alternates=one.get("alternates") is True,
        kept_gradients=whole(one.get("kept_gradients")),
        bad=_bad(one.get("bad")),
        waits=tuple(point for point in _curve(one.get("waits")) if 0 <= point.value <= 1),
        overlaps=one.get("overlaps") is True,
        labels=_wholes(Labels, one.get("labels"), "rows", "alike", "differ"),
        sureness=_sureness(one.get("sureness")),
        rates=_rates(one.get("rates")),
        **_around(one),
    )


def _around(one: dict[str, Any]) -> dict[str, Any]:
    """What was seen around losses and steps, by the names of `Training`."""
    return {
        "ending": _ENDINGS.get(text(one.get("ending")), ""),
        "from_logits": one["from_logits"] if type(one.get("from_logits")) is bool else None,
        "negated": one.get("negated") is True,
        "last_targets": _scale(one.get("last_targets")),
        "last_outputs": _scale(one.get("last_outputs")),
        "looks": whole(one.get("looks")),
        "empty_looks": whole(one.get("empty_looks")),
        "resting": tuple(rests is True for rests in _list(one.get("resting"), facts.MOST_SAMPLES)),
        "backwards": whole(one.get("backwards")),
        "unheld": _unheld(one.get("unheld")),
        "repeats": _wholes(Repeats, one.get("repeats"), "looks", "alike", "rows"),
        "judged_moody": _wholes(JudgedMoody, one.get("judged_moody"), "line", "calls", "rows"),
        "shared": _wholes(Shared, one.get("shared"), "rows", "known", "twice", "trained"),
        "judged": tuple(
            (whole(scale.get("line")), known)
            for scale in objects(one.get("judged"), facts.MOST_SAMPLES)
            if (known := _scale(scale)) is not None
        ),
        "still_norms": texts(one.get("still_norms"), _MOST_NAMES),
        "mixed": _wholes(Changed, one.get("mixed"), "rows", "differ"),
        "peeks": _wholes(Changed, one.get("peeks"), "places", "differ"),
    }


def _wholes(kind: Callable[..., _Kind], one: Any, *names: str) -> _Kind | None:
    """A class of whole numbers, in the order of its fields."""
    return kind(*(whole(one.get(name)) for name in names)) if isinstance(one, dict) else None


def _unheld(one: Any) -> Unheld | None:
    if not isinstance(one, dict):
        return None
    return Unheld(
        texts(one.get("names"), _MOST_NAMES), *(whole(one.get(name)) for name in ("tensors", "numbers", "looks"))
    )


def _layer(one: dict[str, Any]) -> Layer:
    series = {
        name: _numbers(one.get(name), facts.MOST_SAMPLES)
        for name in ("gradients", "weights", "updates", "dead", "saturated")
    }
    return Layer(
        text(one.get("name")),
        text(one.get("kind")),
        text(one.get("activation")),
        whole(one.get("units")),
        whole(one.get("parameters")),
        **series,
    )


def _scale(one: Any) -> Scale | None:
    if not isinstance(one, dict):
        return None
    names = ("minimum", "maximum", "mean", "spread", "least_spread", "most_spread")
    least, most, mean, spread, narrow, wide = (number(one.get(name)) or 0.0 for name in names)
    shape = tuple(whole(size) for size in _list(one.get("shape"), 8))
    is_whole, finite = one.get("whole") is True, one.get("finite") is True
    return Scale(shape, least, most, mean, spread, narrow, wide, whole(one.get("distinct")), is_whole, finite)


def _predicted(one: dict[str, Any]) -> Predicted:
    step, rows, classes, predicted = (whole(one.get(name)) for name in ("step", "rows", "classes", "predicted"))
    return Predicted(step, rows, classes, predicted, number(one.get("most")) or 0.0)


def _bad(one: Any) -> Bad | None:
    if not isinstance(one, dict):
        return None
    return Bad(whole(one.get("step")), text(one.get("where")), "nan" if one.get("value") == "nan" else "inf")


def _sureness(one: Any) -> Sureness | None:
    area = number(one.get("area")) if isinstance(one, dict) else None
    if area is None or not 0 <= area <= 1:
        return None
    return Sureness(whole(one.get("rows")), whole(one.get("wrong")), area)


def _rates(one: Any) -> RateTest | None:
    if not isinstance(one, dict):
        return None
    began = number(one.get("began"))
    pairs = [pair for pair in _list(one.get("tried"), facts.MOST_RATES) if isinstance(pair, list) and len(pair) == 2]
    numbers = [(number(rate), number(loss)) for rate, loss in pairs]
    tried = {
        rate: loss
        for rate, loss in numbers
        if rate is not None and loss is not None and 0 < rate < math.inf and not math.isnan(loss)
    }
    if began is None or not math.isfinite(began):
        return None
    others = (number(one.get(name)) for name in ("others_began", "others_least"))
    return RateTest(whole(one.get("steps")), began, tuple(sorted(tried.items())), *(other or 0.0 for other in others))


def _curve(value: Any) -> tuple[Point, ...]:
    pairs = [one for one in _list(value, facts.MOST_POINTS + 1) if isinstance(one, list) and len(one) == 2]
    points = [(whole(step), number(height)) for step, height in pairs]
    return tuple(Point(step, height) for step, height in points if height is not None)


def _list(value: Any, most: int) -> list[Any]:
    return value[:most] if isinstance(value, list) else []


def objects(value: Any, most: int) -> list[dict[str, Any]]:
    """The objects of a list, a few."""
    return [one for one in _list(value, most) if isinstance(one, dict)]


def _numbers(value: Any, most: int) -> tuple[float, ...]:
    found = (number(one) for one in _list(value, most))
    return tuple(one for one in found if one is not None)


def number(value: Any) -> float | None:
    """A number, NaN and infinity among them; a whole number only while a float can hold it."""
    if type(value) is int:
        return float(value) if abs(value) <= _LARGEST else None
    return value if type(value) is float else None


def whole(value: Any) -> int:
    """A whole number from 0 on; 0 for what is none."""
    return value if type(value) is int and 0 <= value < 2**40 else 0


def text(value: Any, most: int = _CHARACTERS) -> str:
    """One line of printable text."""
    return " ".join("".join(c if c.isprintable() else " " for c in value[:most]).split()) if type(value) is str else ""


def texts(value: Any, most: int) -> tuple[str, ...]:
    """A few lines of printable text."""
    return tuple(text(one) for one in _list(value, most))
