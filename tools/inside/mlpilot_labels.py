"""Signs of wrong labels: equal rows of different classes, and held-out rows on which a model is wrong and sure."""

from typing import Any

from mlpilot_training import Record, short

MOST_ROWS, MOST_NUMBERS = 20_000, 5_000_000
MOST_JUDGED = 5000
_LEAST_VALUES = 5
"""Different values of a row, without which two rows are alike by chance: flags, words, empty pictures."""


def contradictions(inputs: Any, targets: Any) -> dict[str, int] | None:
    """`rows` looked at, and how many of them are `alike` (as another one) and `differ` (in class from one of these).

    Of numpy arrays or tables, (rows, ...) and (rows,), (rows, 1) or one-hot (rows, classes); None where they are not.
    """
    import numpy as np

    inputs, targets = (one.to_numpy() if hasattr(one, "iloc") else one for one in (inputs, targets))
    arrays = isinstance(inputs, np.ndarray) and isinstance(targets, np.ndarray)
    if (
        not arrays
        or inputs.ndim < 2
        or len(inputs) != len(targets)
        or not len(inputs)
        or inputs.dtype.kind not in "fiu"
    ):
        return None
    rows = min(len(inputs), MOST_ROWS, max(1, MOST_NUMBERS * len(inputs) // max(1, inputs.size)))
    classes = _classes(targets[:rows])
    if classes is None:
        return None
    seen: dict[bytes, list[int]] = {}
    flat = np.ascontiguousarray(inputs[:rows].reshape(rows, -1))
    for at, row in enumerate(flat):
        seen.setdefault(row.tobytes(), []).append(at)
    told = {"rows": rows, "alike": 0, "differ": 0}
    for places in seen.values():
        if len(places) > 1 and len(np.unique(flat[places[0]])) >= _LEAST_VALUES:
            told["alike"] += len(places)
            told["differ"] += len(places) if len({int(classes[at]) for at in places}) > 1 else 0
    return told


class Sureness:
    """How sure models of PyTorch are of held-out rows where they are right, and where they are wrong.

    The largest probability tells right answers from wrong ones, as a rule (Hendrycks and Gimpel, "A Baseline for
    Detecting Misclassified and Out-of-Distribution Examples", ICLR 2017); of labels that are wrong at random it cannot.
    """

    def __init__(self) -> None:
        self._rows = 0
        self._now: list[tuple[Any, Any]] = []
        self._of: dict[Record, list[tuple[Any, Any]]] = {}

    def add(self, outputs: Any, targets: Any) -> None:
        """Held-out rows were judged: logits (rows, classes), and classes."""
        is_classes = outputs.ndim == 2 and outputs.shape[1] > 1 and targets.ndim == 1
        if is_classes and not targets.is_floating_point() and self._rows < MOST_JUDGED:
            self._rows += len(outputs)
            sure, said = outputs.detach().float().softmax(1).max(1)
            self._now.append((sure.cpu(), (said == targets).cpu()))

    def of(self, record: Record) -> None:
        """What was added since the last time is one look at all held-out rows, by the model of this training."""
        if self._now:
            self._of[record] = self._now
        self._now, self._rows = [], 0

    def tell(self, record: Record) -> None:
        """Note of the last look how many `rows` there were, how many `wrong`, and how well sureness tells which."""
        import numpy as np

        if record not in self._of:
            return
        sure, right = (np.concatenate([one.numpy() for one in part]) for part in zip(*self._of[record], strict=True))
        wrong = int((~right).sum())
        if not wrong or wrong == len(right) or not np.isfinite(sure).all():
            return
        order = np.sort(sure)
        ranks = (np.searchsorted(order, sure, "left") + np.searchsorted(order, sure, "right") + 1) / 2
        good = len(right) - wrong
        area = (ranks[right].sum() - good * (good + 1) / 2) / (good * wrong)
        record.facts["sureness"] = {"rows": len(right), "wrong": wrong, "area": short(area)}


def _classes(targets: Any) -> Any:
    import numpy as np

    if targets.ndim == 2 and targets.shape[1] > 1:
        is_one_hot = bool(((targets == 0) | (targets == 1)).all()) and bool((targets.sum(axis=1) == 1).all())
        return targets.argmax(axis=1) if is_one_hot else None
    flat = targets.reshape(len(targets), -1)
    if flat.shape[1] != 1 or targets.dtype.kind not in "fiub":
        return None
    values = flat[:, 0].astype("float64")
    return values if np.isfinite(values).all() and (values == np.round(values)).all() else None
