"""Preprocessing that saw the rows it is judged on: the test part is no longer unseen.

Sources: scikit-learn, "Common pitfalls and recommended practices"; Yang, Brower-Sinning, Lewis and Kästner, "Data
Leakage in Notebooks" (ASE 2022); Kaufman et al., "Leakage in Data Mining" (KDD 2011).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import fits, is_part, last_fit, part, uses
from mlpilot.tools.diagnose.static.facts.leaking import Leak, leaks, part_of_file
from mlpilot.tools.diagnose.static.libraries import estimators, frames
from mlpilot.tools.diagnose.static.libraries.outliers import OUTLIER
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Learning, Value, covers
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_YANG = "Yang et al. 2022, preprocessing leakage; scikit-learn, Common pitfalls"
_FEWER = re.compile(r"UnderSampler|Tomek|NearMiss|Neighbours|OneSidedSelection|InstanceHardness|ClusterCentroids")
_OVER_TIME = frozenset(("mean", "sum", "std", "median", "min", "max", "var"))
_FIRST = "split first; fit on the training part only, best as a step of a Pipeline"


class _Place(ast.expr):
    """A place in the text that is no node of its own."""


def at(one: Learning) -> ast.AST:
    """Where something was learnt, as a place."""
    place = _Place()
    place.lineno, place.col_offset = one.line, one.column
    return place


def _told(leak: Leak, what: str) -> str:
    line = getattr(leak.where, "lineno", 0)
    of = leak.learning.of or "all rows"
    if leak.how == "split":
        return f"{what} {of}, all rows of it, before they are split at line {line}: the test part is no longer unseen"
    if leak.how == "cross":
        return f"{what} {of} before the cross-validation at line {line}: every fold's held-out rows are already in it"
    return f"{what} {of}, in which the rows predicted at line {line} are too: they are no longer unseen"


def _of(program: Program, *kinds: str) -> Iterator[tuple[Leak, Learning]]:
    return ((leak, leak.learning) for leak in leaks(program) if leak.learning.kind in kinds and leak.how != "cross")


@rule(
    "LEAK001",
    "scaled-before-split",
    "warning",
    "scaled or transformed with the test rows in it",
    remedy=_FIRST,
    source=_YANG,
)
def scaled(program: Program) -> Iterator[Found]:
    """Scalers, decompositions and hand-made scaling."""
    for leak, one in _of(program, "scale", "reduce", "statistic", "extreme", "frequency"):
        what = (
            f"{one.what} is fitted on"
            if one.what[:1].isupper()
            else f"the {one.what} that goes into the data is that of"
        )
        yield at(one), _told(leak, what)
    targets = {name for _, model, _, y in fits(program) for name in _columns(y) if estimators.is_predictor(model)}
    for leak, one in _of(program, "group"):
        later = leak.how == "judged" and one.what in _OVER_TIME and one.of not in targets
        if (
            later
            and _cut_in_time(program, leak)
            and not _by_days(program, one)
            and not (one.into and one.into <= targets)
        ):
            yield at(one), _told(leak, f"the {one.what} of groups that goes into the data is that of")


def _cut_in_time(program: Program, leak: Leak) -> bool:
    """Whether the rows that are judged come after a moment, and are not whole groups."""
    asked = [as_data(value) for call in program.trace.calls if call.node is leak.where for value in call.args]
    steps = {step[0] for data in asked if data is not None for row in data.rows for step in row}
    return "order" in steps and "split" not in steps and not any("Group" in name for name in program.names)


def _by_days(program: Program, one: Learning) -> bool:
    """Whether the groups are days or the like, which a cut in time leaves whole."""
    found = [written(node, 300) for node in program.each(ast.Call) if node.lineno == one.line]
    return any(re.search(r"groupby\([^)]*(date|day|time|month|year|hour|week|index)", text, re.I) for text in found)


@rule(
    "LEAK002",
    "imputed-before-split",
    "warning",
    "missing values filled in from the test rows too",
    remedy="split first; compute what you fill in from the training part only (SimpleImputer in a Pipeline)",
    source=_YANG,
)
def imputed(program: Program) -> Iterator[Found]:
    """SimpleImputer, `df.fillna(df.mean())`."""
    for leak, one in _of(program, "impute"):
        what = (
            f"{one.what} is fitted on"
            if one.what[:1].isupper()
            else f"missing values are filled in with the {one.what} of"
        )
        yield at(one), _told(leak, what)


@rule(
    "LEAK003",
    "selected-before-split",
    "warning",
    "features selected with the test rows' labels",
    remedy="select features on the training part only, as a step of a Pipeline",
    source="scikit-learn, Common pitfalls; Hastie et al., The Elements of Statistical Learning, 7.10.2",
)
def selected(program: Program) -> Iterator[Found]:
    """SelectKBest, RFE, importances of a model."""
    for leak, one in _of(program, "select"):
        by_hand = one.what[:1].islower()
        what = f"columns are chosen by the {one.what} of" if by_hand else f"{one.what} selects features on"
        yield at(one), _told(leak, what)


@rule(
    "LEAK004",
    "resampled-before-split",
    "warning",
    "rows made or repeated before the split",
    remedy="split first; resample or augment the training part only (a step of imblearn's Pipeline)",
    source="Yang et al. 2022, overlap leakage; imbalanced-learn, Common pitfalls",
)
def resampled(program: Program) -> Iterator[Found]:
    """SMOTE, `resample`, copies of rows."""
    for leak in leaks(program):
        if leak.learning.kind == "resample":
            fewer = bool(_FEWER.search(leak.learning.what)) and "SMOTE" not in leak.learning.what
            what = f"{leak.learning.what} {'leaves out rows of' if fewer else 'makes rows out of'}"
            ends = "and has other shares of the classes" if fewer else "and copies or neighbours of it are trained on"
            yield at(leak.learning), f"{_told(leak, what)}, {ends}"
    for call in program.trace.of("train_test_split", "random_split"):
        for value in call.args[:1]:
            inner = value.args[:1] if isinstance(value, Instance) and value.name == "TensorDataset" else [value]
            data = as_data(inner[0]) if inner else None
            if (
                data is not None
                and "repeated" in data.flags
                and not any(one.kind == "resample" for one in data.learned)
            ):
                text = (
                    f"{call.text(0)} holds some rows twice, and is split afterwards: copies of test rows are trained on"
                )
                yield call.node, text


@rule(
    "LEAK005",
    "vocabulary-before-split",
    "warning",
    "vocabulary and frequencies learnt from the test texts too",
    remedy="fit the vectorizer on the training texts only, best as a step of a Pipeline",
    source=_YANG,
)
def vocabulary(program: Program) -> Iterator[Found]:
    """CountVectorizer, TfidfVectorizer."""
    for leak, one in _of(program, "vocabulary"):
        yield at(one), _told(leak, f"{one.what} is fitted on")
    for vectors in program.trace.instances:
        texts = [one for value in vectors.args[:1] for one in frames.gathered(value) if one.rows]
        if vectors.name not in ("Word2Vec", "FastText", "Doc2Vec") or not texts or is_part(texts[0].rows):
            continue
        for call in program.trace.of("train_test_split"):
            given = [one for value in call.args for one in frames.gathered(value)]
            if any(covers(texts[0].rows, one.rows) for one in given):
                text = f"{vectors.name} learns its words from all texts, which are split at line {call.node.lineno}"
                yield vectors.node, f"{text}: those of the test part, too"
                break


@rule(
    "LEAK006",
    "target-encoded-before-split",
    "warning",
    "features computed from the test rows' target",
    remedy="compute statistics of the target from the training part only, cross-fitted (TargetEncoder)",
    source="Kaufman et al. 2011; scikit-learn, TargetEncoder",
)
def target_encoded(program: Program) -> Iterator[Found]:
    """TargetEncoder, `groupby(...)[target].transform('mean')`."""
    fitted_to = {name for _, model, _, y in fits(program) for name in _columns(y) if estimators.is_predictor(model)}
    targets = {one for _, _, _, y in fits(program) for one in _sums_that_are_targets(program, y)}
    summed = _target_is_a_sum(program)
    for leak in leaks(program):
        one = leak.learning
        if one in targets or (one.kind == "group" and summed):
            continue
        if one.kind == "target" and leak.how != "cross":
            yield at(one), _told(leak, f"{one.what} is fitted on")
        elif one.kind == "group" and one.of and one.of in (leak.y or fitted_to):
            yield at(one), _told(leak, f"a feature is made of the {one.what} of the target {one.of!r} over groups of")


def _sums_that_are_targets(program: Program, y: Value | None) -> list[Learning]:
    """Sums over groups that made the target itself: `daily = df.groupby("date")["sales"].sum()`, which is forecast."""
    data = as_data(y)
    if data is None:
        return []
    given_back = bool(program.names & {"merge", "map", "join", "transform"})
    return [one for one in data.learned if one.into & set(data.columns or ()) or (not one.into and not given_back)]


def _target_is_a_sum(program: Program) -> bool:
    """`spent = later.groupby("customer")["amount"].sum()`: what is asked for is of groups, and of a later time."""
    given = [
        call.node.args[1].id
        for call in program.trace.of("train_test_split", "fit", *estimators.CROSS)
        if len(call.node.args) > 1 and isinstance(call.node.args[1], ast.Name)
    ]
    made = [written(one.value, 300) for name in given for one in program.sets.get(name, ())]
    return any(".groupby(" in text and "transform" not in text for text in made)


def _columns(y: Value | None) -> tuple[str, ...]:
    data = as_data(y)
    return data.columns or () if data is not None else ()


@rule(
    "LEAK007",
    "fitted-before-cross-validation",
    "warning",
    "fitted on all rows before a cross-validation",
    remedy="put it into a Pipeline with the model, and cross-validate the Pipeline",
    source=_YANG,
)
def before_folds(program: Program) -> Iterator[Found]:
    """Anything that was fitted before `cross_val_score` or `GridSearchCV.fit`."""
    for leak in leaks(program):
        one = leak.learning
        if leak.how == "cross" and one.kind not in ("group", "resample", "words", OUTLIER):
            verb = "selects features on" if one.kind == "select" else "is fitted on"
            what = f"{one.what} {verb}" if one.what[:1].isupper() else f"the {one.what} in the data is that of"
            yield at(one), _told(leak, what)


@rule(
    "LEAK008",
    "fitted-on-test",
    "warning",
    "fitted on the test part",
    remedy="fit on the training part, and only transform the test part with what was fitted",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing",
)
def fitted_on_test(program: Program) -> Iterator[Found]:
    """`scaler.fit_transform(X_test)`, `model.fit(X_test, y_test)`."""
    trained = {
        _alike(instance)
        for call, instance, data, _ in fits(program)
        if part(data, call.text(0)) == "train" or (data is not None and data.rows and part(data, call.text(0)) == "")
    }
    named = {instance.serial for call, instance, data, _ in fits(program) if _unsplit(data, call, "train")}
    by_file = {instance.name for _, instance, data, _ in fits(program) if part_of_file(data) == "train"}
    for call, instance, data, _ in fits(program):
        if part_of_file(data) == "test" and instance.name in by_file and estimators.learners(instance):
            text = f"{instance.name} is fitted on the test file, too: train and test rows are not transformed alike"
            yield call.node, text
            continue
        if _unsplit(data, call, "test") and instance.serial in named and _fits_anew(instance):
            text = f"{instance.name} is fitted on {call.text(0)}, too: train and test rows are not transformed alike"
            yield call.node, text
            continue
        if part(data, call.text(0)) != "test" or instance.name in ("TSNE", "UMAP"):
            continue
        learns = bool(estimators.learners(instance)) or instance.name in estimators.LABEL_ENCODERS
        if learns and _alike(instance) in trained:
            text = (
                f"{call.on() or instance.name}.{call.name}({call.text(0)}) fits {instance.name} on the test part, too:"
            )
            yield call.node, f"{text} train and test rows are not transformed alike"
        elif estimators.is_predictor(instance) and not is_refit(instance, call):
            yield call.node, f"{instance.name} is trained on {call.text(0)}, the test part"


def _alike(instance: Instance) -> tuple[str, ...]:
    """What a transformer is, by name; a pipeline by the steps that learn."""
    if instance.name not in estimators.PIPELINES:
        return (instance.name,)
    return (instance.name, *(name for name, _ in estimators.learners(instance)))


def _unsplit(data: Data | None, call: Call, which: str) -> bool:
    """Whether rows that came from no split are called after a part."""
    return data is not None and not is_part(data.rows) and bool(data.rows) and part_of(call.text(0)) == which


def _fits_anew(instance: Instance) -> bool:
    return bool(estimators.learners(instance)) or instance.name in estimators.LABEL_ENCODERS


def is_refit(instance: Instance, call: Call) -> bool:
    """Whether it was fitted before on something else: a comparison of two parts rather than a mistake."""
    return last_fit(instance, call.order - 1) is not None and instance.fits[0].node is not call.node


@rule(
    "LEAK009",
    "transformed-differently",
    "warning",
    "training and test rows are not transformed alike",
    remedy="transform both parts with the same fitted objects; a Pipeline cannot forget one",
    source="scikit-learn, Common pitfalls: inconsistent preprocessing",
)
def transformed_differently(program: Program) -> Iterator[Found]:
    """Fitted on scaled rows, asked about rows that were not scaled."""
    known = {one.serial: one.name for one in program.trace.instances}
    for use in uses(program):
        trained = use.trained_on
        if trained is None or "mixed" in use.data.flags | trained.flags or not _siblings(trained, use.data):
            continue
        here = {known[one] for one in use.data.applied if one in known}
        there = {known[one] for one in trained.applied if one in known}
        source = use.call.text(0) if use.call.name != use.call.path else use.call.text(1)
        for name in sorted(there - here):
            yield use.call.node, f"the model is fitted on rows that went through {name}, and {source} did not"
        for name in sorted(here - there):
            yield use.call.node, f"{source} went through {name}, and the rows that the model is fitted on did not"


def _siblings(one: Data, other: Data) -> bool:
    """Whether both are parts of the same rows."""
    heads = {row[0] for row in one.rows}
    return bool(heads) and heads == {row[0] for row in other.rows} and any(len(row) > 1 for row in other.rows)


@rule(
    "LEAK020",
    "words-before-split",
    "warning",
    "the words of the test texts counted, too",
    remedy="fit the tokenizer on the training texts only",
    source=_YANG,
)
def words(program: Program) -> Iterator[Found]:
    """`Tokenizer().fit_on_texts(all_texts)`; only which words there are leaks."""
    for leak, one in _of(program, "words"):
        yield at(one), _told(leak, f"{one.what} is fitted on")
