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
    found = tuple(_training(one) for one in _objects(told.get("trainings"), facts.MOST_TRAININGS))
    faults = tuple(_text(one, 300) for one in _list(told.get("faults"), _MOST_FAULTS))
    return found, tuple(one for one in faults if one)


def _training(one: dict[str, Any]) -> Training:
    metrics = one.get("metrics")
    pairs = list(metrics.items())[: facts.MOST_METRICS] if isinstance(metrics, dict) else []
    return Training(
        framework=_text(one.get("framework")),
        backend=_text(one.get("backend")),
        line=_whole(one.get("line")) or None,
        model=_text(one.get("model")),
        loss=_text(one.get("loss")),
        is_mean=one.get("is_mean") is True,
        optimizer=_text(one.get("optimizer")),
        optimizer_line=_whole(one.get("optimizer_line")) or None,
        learning_rate=_number(one.get("learning_rate")),
        last_learning_rate=_number(one.get("last_learning_rate")),
        starved=_whole(one.get("starved")),
        momentum=_number(one.get("momentum")),
        batch_size=_whole(one.get("batch_size")),
        steps=_whole(one.get("steps")),
        epochs=_whole(one.get("epochs")),
        seconds=_number(one.get("seconds")) or 0.0,
        finished=one.get("finished") is True,
        losses=_curve(one.get("losses")),
        epoch_losses=_numbers(one.get("epoch_losses"), _MOST_EPOCHS),
        validation_losses=_curve(one.get("validation_losses")),
        accuracies=_curve(one.get("accuracies")),
        validation_accuracies=_curve(one.get("validation_accuracies")),
        metrics={_text(name): _numbers(values, _MOST_EPOCHS) for name, values in pairs},
        sampled=tuple(_whole(step) for step in _list(one.get("sampled"), facts.MOST_SAMPLES)),
        layers=tuple(_layer(layer) for layer in _objects(one.get("layers"), facts.MOST_LAYERS)),
        inputs=_scale(one.get("inputs")),
        targets=_scale(one.get("targets")),
        outputs=_scale(one.get("outputs")),
        predictions=tuple(_predicted(batch) for batch in _objects(one.get("predictions"), facts.MOST_SAMPLES)),
        continues=one.get("continues") is True,
        alternates=one.get("alternates") is True,
        kept_gradients=_whole(one.get("kept_gradients")),
        bad=_bad(one.get("bad")),
        waits=tuple(point for point in _curve(one.get("waits")) if 0 <= point.value <= 1),
        overlaps=one.get("overlaps") is True,
        labels=_wholes(Labels, one.get("labels"), "rows", "alike", "differ"),
        sureness=_sureness(one.get("sureness")),
        rates=_rates(one.get("rates")),
        ending=_ENDINGS.get(_text(one.get("ending")), ""),
        from_logits=one["from_logits"] if type(one.get("from_logits")) is bool else None,
        negated=one.get("negated") is True,
        last_targets=_scale(one.get("last_targets")),
        last_outputs=_scale(one.get("last_outputs")),
        looks=_whole(one.get("looks")),
        empty_looks=_whole(one.get("empty_looks")),
        resting=tuple(rests is True for rests in _list(one.get("resting"), facts.MOST_SAMPLES)),
        backwards=_whole(one.get("backwards")),
        unheld=_unheld(one.get("unheld")),
        repeats=_wholes(Repeats, one.get("repeats"), "looks", "alike", "rows"),
        judged_moody=_wholes(JudgedMoody, one.get("judged_moody"), "line", "calls", "rows"),
        shared=_wholes(Shared, one.get("shared"), "rows", "known", "twice", "trained"),
        mixed=_wholes(Changed, one.get("mixed"), "rows", "differ"),
        peeks=_wholes(Changed, one.get("peeks"), "places", "differ"),
    )


def _wholes(kind: Callable[..., _Kind], one: Any, *names: str) -> _Kind | None:
    """A class of whole numbers, in the order of its fields."""
    return kind(*(_whole(one.get(name)) for name in names)) if isinstance(one, dict) else None


def _unheld(one: Any) -> Unheld | None:
    if not isinstance(one, dict):
        return None
    names = tuple(_text(name) for name in _list(one.get("names"), _MOST_NAMES))
    return Unheld(names, *(_whole(one.get(name)) for name in ("tensors", "numbers", "looks")))


def _layer(one: dict[str, Any]) -> Layer:
    series = {
        name: _numbers(one.get(name), facts.MOST_SAMPLES)
        for name in ("gradients", "weights", "updates", "dead", "saturated")
    }
    return Layer(
        _text(one.get("name")),
        _text(one.get("kind")),
        _text(one.get("activation")),
        _whole(one.get("units")),
        _whole(one.get("parameters")),
        **series,
    )


def _scale(one: Any) -> Scale | None:
    if not isinstance(one, dict):
        return None
    names = ("minimum", "maximum", "mean", "spread", "least_spread", "most_spread")
    least, most, mean, spread, narrow, wide = (_number(one.get(name)) or 0.0 for name in names)
    shape = tuple(_whole(size) for size in _list(one.get("shape"), 8))
    whole, finite = one.get("whole") is True, one.get("finite") is True
    return Scale(shape, least, most, mean, spread, narrow, wide, _whole(one.get("distinct")), whole, finite)


def _predicted(one: dict[str, Any]) -> Predicted:
    step, rows, classes, predicted = (_whole(one.get(name)) for name in ("step", "rows", "classes", "predicted"))
    return Predicted(step, rows, classes, predicted, _number(one.get("most")) or 0.0)


def _bad(one: Any) -> Bad | None:
    if not isinstance(one, dict):
        return None
    return Bad(_whole(one.get("step")), _text(one.get("where")), "nan" if one.get("value") == "nan" else "inf")


def _sureness(one: Any) -> Sureness | None:
    area = _number(one.get("area")) if isinstance(one, dict) else None
    if area is None or not 0 <= area <= 1:
        return None
    return Sureness(_whole(one.get("rows")), _whole(one.get("wrong")), area)


def _rates(one: Any) -> RateTest | None:
    if not isinstance(one, dict):
        return None
    began = _number(one.get("began"))
    pairs = [pair for pair in _list(one.get("tried"), facts.MOST_RATES) if isinstance(pair, list) and len(pair) == 2]
    numbers = [(_number(rate), _number(loss)) for rate, loss in pairs]
    tried = {
        rate: loss
        for rate, loss in numbers
        if rate is not None and loss is not None and 0 < rate < math.inf and not math.isnan(loss)
    }
    if began is None or not math.isfinite(began):
        return None
    others = (_number(one.get(name)) for name in ("others_began", "others_least"))
    return RateTest(_whole(one.get("steps")), began, tuple(sorted(tried.items())), *(other or 0.0 for other in others))


def _curve(value: Any) -> tuple[Point, ...]:
    pairs = [one for one in _list(value, facts.MOST_POINTS + 1) if isinstance(one, list) and len(one) == 2]
    points = [(_whole(step), _number(height)) for step, height in pairs]
    return tuple(Point(step, height) for step, height in points if height is not None)


def _list(value: Any, most: int) -> list[Any]:
    return value[:most] if isinstance(value, list) else []


def _objects(value: Any, most: int) -> list[dict[str, Any]]:
    return [one for one in _list(value, most) if isinstance(one, dict)]


def _numbers(value: Any, most: int) -> tuple[float, ...]:
    found = (_number(one) for one in _list(value, most))
    return tuple(one for one in found if one is not None)


def _number(value: Any) -> float | None:
    """A number, NaN and infinity among them; a whole number only while a float can hold it."""
    if type(value) is int:
        return float(value) if abs(value) <= _LARGEST else None
    return value if type(value) is float else None


def _whole(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 2**40 else 0


def _text(value: Any, most: int = _CHARACTERS) -> str:
    """One line of printable text."""
    return " ".join("".join(c if c.isprintable() else " " for c in value[:most]).split()) if type(value) is str else ""
