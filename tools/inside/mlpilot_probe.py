"""Facts of one run of a script, for a proof: what losses, optimisers, splits and fits were given.

The observer calls `begin` before the script and `tell` after it, however it ends. Nothing that the script computes is
changed, but for its seeds where other ones are asked for. Rows are compared by what they hold.
"""

import contextlib
import copy
import functools
import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

MOST_ROWS = 200_000
_MOST_COLUMNS, _MOST_MODELS = 200, 20
_FEWEST, _NEARLY, _VALUES, _ALIKE, _MOST_JUDGED = 10, 1e-4, 20, 1e-2, 500

Facts = dict[str, Any]

_JUDGED: Any = importlib.import_module("mlpilot_probe_judged")
_GIVEN: Any = importlib.import_module("mlpilot_probe_given")


class Probe:
    """What is seen, and by what."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.largest: dict[str, int] = {}
        self.fitted: dict[int, tuple[Any, set[bytes]]] = {}
        self.judged: dict[str, int] | None = None
        self.known_answers: set[bytes] = set()
        scales = importlib.import_module("mlpilot_probe_scales").Scales(self.count)
        self.scaled, self.compared = scales.scaled, scales.compared
        self.said: Any = importlib.import_module("mlpilot_probe_said").Said(self, rows_of)
        self.depth = 0
        self.clusters: set[bytes] = set()
        self.truths: list[tuple[str, bytes, int]] = []
        self.seen_rows: set[bytes] = set()
        self.judgements: list[tuple[int, set[bytes]]] = []
        self.fit_numbers: dict[int, int] = {}
        self.stopping: set[bytes] = set()
        self.again = self.part = 0
        self.torch: Any = None
        self.keras: Any = None
        self.tables: Any = None
        self.origins: Any = None
        self.groups: Any = None
        self.given: Any = _GIVEN.Given()
        self.splitting = False

    def count(self, name: str, more: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + more

    def most(self, name: str, value: int) -> None:
        self.largest[name] = max(self.largest.get(name, 0), value)


def rows_of(data: Any) -> list[bytes]:
    """A mark for each row of a matrix, a table or a list of texts; none where that is not to be had."""
    import numpy as np

    with contextlib.suppress(Exception):
        if hasattr(data, "tocsr"):
            data = data.toarray()
        table = np.asarray(data)
        if table.ndim and 0 < len(table) <= MOST_ROWS and table.size <= 50 * MOST_ROWS:
            if table.dtype != object and table.dtype.kind in "fiub":
                flat = np.ascontiguousarray(table.reshape(len(table), -1).astype(float))
                return [hashlib.blake2b(row.tobytes(), digest_size=8).digest() for row in flat]
            return [hashlib.blake2b(repr(list(np.ravel(row))).encode(), digest_size=8).digest() for row in table]
    return []


def told_beforehand(data: Any, target: Any) -> int:
    """In how many columns (or steps) each row of what is learnt from holds the very number that is to be told."""
    import numpy as np

    with contextlib.suppress(Exception):
        table, wanted = np.asarray(data, dtype="float32"), np.asarray(target, dtype="float32").ravel()
        known = len(table) == len(wanted) >= _FEWEST and table.size <= 50 * MOST_ROWS
        if known and len(np.unique(wanted)) > _VALUES:
            apart = abs(table.reshape(len(table), -1) - wanted[:, None])
            return int((apart <= _ALIKE * wanted.std()).all(axis=0).sum())
    return 0


def warm_up(*frameworks: str) -> None:
    """Import once, before the forks, what `begin` would import in each of them: 1.6 s for scikit-learn."""
    if "sklearn" in frameworks:
        with contextlib.suppress(Exception):
            from sklearn.utils import all_estimators

            all_estimators()


def begin(*frameworks: str, more: int = 0) -> Probe:
    """Hooks on the frameworks that the script imports; `more` is added to every seed that is given."""
    probe = Probe()
    if {"pandas", "sklearn"} & set(frameworks):
        probe.origins = importlib.import_module("mlpilot_probe_origins").Origins(rows_of)
    if "pandas" in frameworks:
        with contextlib.suppress(ImportError, AttributeError):  # or another version of it
            importlib.import_module("mlpilot_probe_tables").hook(probe)
    if "sklearn" in frameworks:
        _sklearn(probe, frameworks)
    if "torch" in frameworks:
        importlib.import_module("mlpilot_probe_torch").hook(probe)
    if {"keras", "tensorflow"} & set(frameworks):
        with contextlib.suppress(ImportError, AttributeError):  # or another version of it
            importlib.import_module("mlpilot_probe_keras").hook(probe)
    if more:
        importlib.import_module("mlpilot_probe_seeds").move(more)
    return probe


def tell(probe: Probe, names: dict[str, Any]) -> Facts:
    """What was seen; `names` are the script's own at its end."""
    of_keras: Facts = probe.keras.facts(names) if probe.keras is not None else {}
    facts: Facts = {**probe.counts, **{f"most {name}": value for name, value in probe.largest.items()}}
    facts |= probe.judged or {}
    if "torch" in sys.modules and probe.torch is not None:
        facts |= probe.torch.facts(names)
    facts |= of_keras
    facts |= probe.said.facts(names) | importlib.import_module("mlpilot_probe_counts").changed_defaults(names)
    for part in (probe.origins, probe.groups, probe.given):
        facts |= part.facts() if part is not None else {}
    chosen: Facts = _JUDGED.chosen(probe)
    return facts | chosen


def _wrap(owner: Any, name: str, note: Callable[..., None], after: bool = False) -> None:
    own = getattr(owner, name, None)
    if own is None:
        return

    @functools.wraps(own)
    def noted(*given: Any, **more: Any) -> Any:
        if after:
            answer = own(*given, **more)
            with contextlib.suppress(Exception):
                note(answer, *given, **more)
            return answer
        with contextlib.suppress(Exception):
            note(*given, **more)
        return own(*given, **more)

    setattr(owner, name, noted)
    for module in list(sys.modules.values()):  # those that imported it by name
        if getattr(module, "__name__", "").startswith("sklearn") and getattr(module, name, None) is own:
            setattr(module, name, noted)


def _made(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """What a function gives is noted by another kind of it."""
    own = getattr(owner, name)

    @functools.wraps(own)
    def noted(*given: Any, **more: Any) -> Any:
        return make(own(*given, **more))

    setattr(owner, name, noted)


def _sklearn(probe: Probe, boosters: tuple[str, ...]) -> None:
    import sklearn.model_selection
    from sklearn.utils import all_estimators

    def split(parts: Any, *arrays: Any, **_: Any) -> None:
        before, test = rows_of(arrays[0]), rows_of(parts[1])
        probe.count("splits")
        probe.most("rows split", len(before))
        probe.part = max(probe.part, len(before) - len(test))
        if before and before[-len(test) :] != test:
            probe.count("splits out of order")
        probe.origins.split(parts)
        probe.count("splits of rows that were scaled together", int(_GIVEN.are_scaled(arrays[0])))

    def folds(_: Any, X: Any, *__: Any, **___: Any) -> None:
        if probe.depth == 0:
            probe.count("splits of rows that were scaled together", int(_GIVEN.are_scaled(X)))

    _wrap(sklearn.model_selection, "train_test_split", split, after=True)
    _whole(probe, sklearn.model_selection)
    importlib.import_module("mlpilot_probe_boosters").watch(probe, boosters, _fitted, _judged)
    probe.groups = importlib.import_module("mlpilot_probe_groups").watched(rows_of, sklearn.model_selection)
    for kind in (sklearn.model_selection.KFold, sklearn.model_selection.StratifiedKFold):
        _wrap(kind, "split", folds)
    for name, kind in [*all_estimators(), *_JUDGED.boosters(boosters)]:
        for method in ("fit", "fit_transform", "predict", "predict_proba", "score", "transform"):
            own = inspect.getattr_static(kind, method, None)
            if inspect.isfunction(own):
                setattr(kind, method, _of_estimator(probe, name, method, own))
            elif inspect.isfunction(getattr(own, "fn", None)):  # is there for some settings alone, and must stay so
                noted = copy.copy(own)
                noted.fn = _of_estimator(probe, name, method, own.fn)
                setattr(kind, method, noted)
    for name in _GIVEN.METRICS:
        import sklearn.metrics

        _wrap(sklearn.metrics, name, functools.partial(_metric, probe, name))
        _wrap(sklearn.metrics, name, functools.partial(probe.given.measured, name, lambda: probe.depth), after=True)
    counts = importlib.import_module("mlpilot_probe_counts").noting(probe.count)
    _wrap(sklearn.metrics, "confusion_matrix", lambda table, *_, **__: probe.given.confused(table), after=True)
    _made(sklearn.metrics, "confusion_matrix", counts)
    _wrap(importlib.import_module("sklearn.utils"), "resample", probe.said.drawn, after=True)
    for name in ("cross_val_score", "cross_validate", "cross_val_predict"):
        _within(probe, sklearn.model_selection, name)
    _wrap(
        sklearn.model_selection, "cross_val_predict", lambda answer, *_, **__: probe.said.answered(answer), after=True
    )


def _crossed(probe: Probe, *given: Any, **more: Any) -> None:
    if probe.depth == 0:
        X = given[1] if len(given) > 1 else more.get("X")
        probe.origins.crossing(X)
        probe.given.whole(X)
        _JUDGED.with_target(probe, X, given[2:])
        probe.said.crossed(given[2] if len(given) > 2 else more.get("y"), more.get("scoring"))


def _within(probe: Probe, module: Any, name: str) -> None:
    """A cross-validation is noted, and what it asks for itself is not taken for the script's."""
    own = getattr(module, name)

    @functools.wraps(own)
    def noted(*given: Any, **more: Any) -> Any:
        with contextlib.suppress(Exception):
            _crossed(probe, *given, **more)
        with _deeper(probe):
            return own(*given, **more)

    setattr(module, name, noted)


def _whole(probe: Probe, module: Any) -> None:
    """Splitters that choose the parts once are watched, but for those that `train_test_split` uses itself."""
    own = module.train_test_split

    @functools.wraps(own)
    def noted(*given: Any, **more: Any) -> Any:
        probe.splitting = True
        try:
            return own(*given, **more)
        finally:
            probe.splitting = False

    module.train_test_split = noted
    kinds = [module.ShuffleSplit, module.GroupShuffleSplit, module.StratifiedShuffleSplit]
    importlib.import_module("mlpilot_probe_origins").watch_splitters(probe.origins, kinds, lambda: probe.splitting)


def _metric(probe: Probe, name: str, *given: Any, **more: Any) -> None:
    first = given[0] if given else more.get("y_true")
    second = given[1] if len(given) > 1 else more.get("y_pred", more.get("y_score"))
    probe.said.measured(name, first, second)
    clusters = b"".join(rows_of(second))[:4096] in probe.clusters
    compared = clusters and name in ("accuracy_score", "f1_score", "precision_score", "recall_score")
    probe.count("cluster numbers that are compared with classes", int(compared))
    probe.count("groupings that are compared", int(clusters and name == "adjusted_rand_score"))
    if probe.depth == 0:
        _scored(probe, name, first)
    if name == "roc_auc_score":
        probe.most("different scores of an AUC", len(set(rows_of(second))))


def _scored(probe: Probe, name: str, rows: Any) -> None:
    marks = rows_of(rows)
    if marks and len(probe.truths) < MOST_ROWS:
        probe.truths.append((name, hashlib.blake2b(b"".join(sorted(marks)), digest_size=8).digest(), len(marks)))


@contextlib.contextmanager
def _deeper(probe: Probe) -> Iterator[None]:
    probe.depth += 1
    try:
        yield
    finally:
        probe.depth -= 1


def _of_estimator(probe: Probe, name: str, method: str, own: Callable[..., Any]) -> Callable[..., Any]:
    """Note what is given to an estimator by the script itself, not by another estimator."""

    @functools.wraps(own)
    def noted(self: Any, *given: Any, **more: Any) -> Any:
        if type(self).__name__ == name:
            with contextlib.suppress(Exception):
                if method in ("fit", "fit_transform"):
                    probe.given.within(self, name, *[*given, None, None][:2], more.get("sample_weight"))
                _JUDGED.stopping(probe, rows_of, more.get("eval_set") if method == "fit" else None, given[:1])
                _given(probe, self, name, method, given[0] if given else more.get("X"))
                _JUDGED.with_target(probe, given[0] if given else None, given[1:2] if method == "fit" else ())
        with _deeper(probe):
            answer = own(self, *given, **more)
        if probe.depth == 0 and method in ("predict", "predict_proba"):
            with contextlib.suppress(Exception):
                _learnt(probe, answer)
            with contextlib.suppress(Exception):
                probe.said.answered(answer, self, given[0] if given else more.get("X"))
                probe.given.asked(self)
        if probe.depth == 0:
            with contextlib.suppress(Exception):
                probe.given.searched(self)
                if method == "score":
                    probe.given.scored(method, answer)
                    probe.given.asked(self)
        if method in ("transform", "fit_transform"):
            with contextlib.suppress(Exception):
                whole = probe.depth == 0
                probe.origins.made(self, given[0] if given else more.get("X"), answer, whole)
        if method in ("fit", "predict") and hasattr(self, "labels_"):
            with contextlib.suppress(Exception):
                probe.clusters.add(b"".join(rows_of(self.labels_ if method == "fit" else answer))[:4096])
        return answer

    return noted


def _given(probe: Probe, estimator: Any, name: str, method: str, X: Any) -> None:
    rows = len(X) if not hasattr(X, "shape") else int(X.shape[0])
    if method == "fit" and probe.depth == 0 and hasattr(estimator, "cv") and hasattr(estimator, "refit"):
        _crossed(probe, None, X)
    if method in ("fit", "fit_transform"):
        if hasattr(estimator, "transform"):
            probe.most(f"rows of {name}", rows)
        probe.origins.within(X, hasattr(estimator, "predict"), hasattr(estimator, "transform"))
        if probe.depth == 0:
            probe.count(f"fits of {name}")
            if hasattr(estimator, "transform"):
                probe.origins.fitted(estimator, X)
            if hasattr(estimator, "predict"):
                probe.given.whole(X)
                _fitted(probe, estimator, X)
    elif method != "transform" and probe.depth == 0:
        if method == "score":
            _scored(probe, method, X)
        _judged(probe, estimator, X)


def _fitted(probe: Probe, estimator: Any, X: Any) -> None:
    """Which rows a model was fitted on, and whether they hold what another said of rows that it knew."""
    probe.judged = None
    probe.fit_numbers[id(estimator)] = 1 + len(probe.fit_numbers) + probe.counts.get("fits of models", 0)
    probe.count("fits of models")
    probe.fitted.pop(id(estimator), None)
    probe.fitted[id(estimator)] = estimator, set(rows_of(X))
    if len(probe.fitted) > _MOST_MODELS:
        del probe.fitted[next(iter(probe.fitted))]
    rows = int(X.shape[0]) if hasattr(X, "shape") else len(X)
    probe.count("fits on rows scaled by themselves", int(_GIVEN.are_scaled(X)))
    probe.most("rows of a fit", rows)
    if len(getattr(X, "shape", ())) == 2:
        probe.most("columns of a fit", int(X.shape[1]))
    if probe.part:
        probe.most("rows of a fit beyond those for training", max(0, rows - probe.part))
    probe.scaled(estimator, X)
    columns = getattr(X, "shape", (0, 0))[1:]
    if probe.known_answers and columns and columns[0] <= _MOST_COLUMNS:
        table = getattr(X, "to_numpy", lambda: X)()
        known = sum(_JUDGED.column(table[:, at]) in probe.known_answers for at in range(columns[0]))
        probe.count("columns of answers to rows that were fitted", known)


def _judged(probe: Probe, estimator: Any, X: Any) -> None:
    _, fitted = probe.fitted.get(id(estimator), (None, set()))
    marks = rows_of(X)
    if fitted and marks:
        known = sum(mark in fitted for mark in marks)
        probe.judged = {"judged rows": len(marks), "judged rows that were fitted": known}
        probe.count("judgements of rows held out", int(len(marks) - known > 0.9 * len(marks)))
        probe.count("judged rows scaled by themselves", int(known < len(marks) and _GIVEN.are_scaled(X)))
        if len(probe.judgements) < _MOST_JUDGED:
            probe.judgements.append((probe.fit_numbers.get(id(estimator), 0), set(marks)))
        probe.most("judged rows that stopped a training", sum(mark in probe.stopping for mark in marks))
        probe.again = sum(mark in probe.seen_rows for mark in marks)
        if len(probe.seen_rows) < MOST_ROWS:
            probe.seen_rows.update(marks)
        probe.compared(estimator, X)
        probe.origins.judged(X if known < len(marks) else [])


def _learnt(probe: Probe, answer: Any) -> None:
    """What a model says of the very rows that it was fitted on."""
    if probe.judged is not None and probe.judged["judged rows that were fitted"] == probe.judged["judged rows"]:
        columns = tuple(getattr(answer, "shape", ()))
        parts = [answer] if len(columns) < 2 else [answer[:, at] for at in range(min(columns[1], _MOST_COLUMNS))]
        probe.known_answers.update(_JUDGED.column(one) for one in parts)
