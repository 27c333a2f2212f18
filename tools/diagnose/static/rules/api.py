"""Names, arguments and values that present versions of the libraries no longer know.

Source: the changelogs named in `renamed.py`; Humbatova et al. 2020 (API); Islam et al. 2019 (API change).
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.arguments import RENAMED_VALUES
from mlpilot.tools.diagnose.static.facts import renamed
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.resolve import canonical
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Bound, Const, Data, Instance, Known, Value
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_CHANGES = "the libraries' changelogs"


@rule(
    "API001",
    "moved-module",
    "error",
    "a module that is gone",
    remedy="import from the module that is named",
    source=_CHANGES,
)
def modules(program: Program) -> Iterator[Found]:
    """`from sklearn.cross_validation import train_test_split`."""
    for node in program.nodes:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level and not _tried(program, node):
            for full in (node.module, *(f"{node.module}.{one.name}" for one in node.names)):
                new = _module(full)
                if new:
                    yield node, f"{full} is gone: use {new}", f"No module named {full!r}"
                    break
        elif isinstance(node, ast.Import) and not _tried(program, node):
            for one in node.names:
                if new := _module(one.name):
                    yield node, f"{one.name} is gone: use {new}"


def _module(path: str) -> str:
    full = canonical(path)
    if (
        path.startswith(("tensorflow.keras.", "tensorflow.python."))
        and "wrappers" not in path
        and "np_utils" not in path
    ):
        return ""
    parts = full.split(".")
    prefixes = (".".join(parts[:i]) for i in range(len(parts), 1, -1))
    return next((renamed.MODULES[one] for one in prefixes if one in renamed.MODULES), "")


def _tried(program: Program, node: ast.AST) -> bool:
    """Within `try`: the program has another way."""
    line = getattr(node, "lineno", 0)
    return any(first <= line <= last for first, last in program.tried)


@rule("API002", "moved-name", "error", "a name that is gone", remedy="use what is named", source=_CHANGES)
def names(program: Program) -> Iterator[Found]:
    """`load_boston`, `plot_confusion_matrix`, `tf.placeholder`."""
    for line in program.each(ast.ImportFrom):
        if line.module and not _tried(program, line):
            for one in line.names:
                new = renamed.NAMES.get(f"{canonical(line.module)}.{one.name}")
                if new:
                    yield line, f"{line.module}.{one.name} is gone: use {new}"
    for node, base in program.trace.attributes:
        if isinstance(base, Known):
            new = renamed.NAMES.get(canonical(f"{base.path}.{node.attr}"))
            if new and "compat" not in base.path and not _tried(program, node):
                yield node, f"{written(node)} is gone: use {new}"


@rule(
    "API003",
    "removed-attribute",
    "error",
    "a name that numpy no longer has",
    remedy="write what is named",
    source="numpy, release notes 1.20, 1.24, 2.0 and 2.4",
)
def numpy_names(program: Program) -> Iterator[Found]:
    """`np.float`, `np.NaN`, `np.trapz`."""
    for node, base in program.trace.attributes:
        if (
            isinstance(base, Known)
            and base.path == "numpy"
            and node.attr in renamed.NUMPY
            and not _tried(program, node)
        ):
            text = f"np.{node.attr} is gone: write {renamed.NUMPY[node.attr]}"
            yield node, text, f"AttributeError: module 'numpy' has no attribute {node.attr!r}"


@rule("API004", "removed-attribute", "error", "a method that is gone", remedy="use what is named", source=_CHANGES)
def methods(program: Program) -> Iterator[Found]:
    """`df.append(...)`, `df.ix[...]`, `model.predict_classes(...)`."""
    for node, base in program.trace.attributes:
        known = renamed.METHODS.get(node.attr)
        if known and _belongs(program, base, known[0], node):
            yield node, f"{node.attr} is gone: use {known[1]}", f"AttributeError: object has no attribute {node.attr!r}"
    for call in program.trace.of("append"):
        if _is_table(call.receiver) and "pandas" in program.trace.libraries and call.args and not _is_plain(call):
            yield call.node, "append of a table is gone (pandas 2.0): use pd.concat([...])"
    own = any(node.name == "next" for node in program.each(ast.FunctionDef))
    for call in program.trace.of("next") if not own else ():
        if call.path == ".next" and not call.args and "torch" in program.trace.libraries:
            yield call.node, f"{call.on()}.next() is gone: write next({call.on()})"


def _is_table(value: Value | None) -> bool:
    return isinstance(value, Data) and value.kind == "data" and bool(value.frame)


def _is_plain(call: Call) -> bool:
    return isinstance(call.receiver, Data) and call.receiver.kind in ("names", "labels")


def _belongs(program: Program, base: Value, library: str, node: ast.Attribute) -> bool:
    if library == "pandas":
        table = as_data(base)
        sure = table is not None and bool(table.frame) and table.kind in ("data", "stat")
        return sure and isinstance(node.ctx, ast.Load)
    if library == "keras":
        return nets.is_keras_model(base) or (
            base is UNKNOWN and "keras" in program.trace.libraries and node.attr != "predict"
        )
    if isinstance(base, Instance):
        return base.library == "sklearn"
    return isinstance(base, Bound) and isinstance(base.receiver, Instance) and base.receiver.library == "sklearn"


@rule("API005", "unexpected-argument", "error", "an argument that is gone", remedy="use what is named", source=_CHANGES)
def arguments(program: Program) -> Iterator[Found]:
    """`OneHotEncoder(sparse=False)`, `AdaBoostClassifier(base_estimator=...)`."""
    for call in program.trace.calls:
        if call.library in ("local", "") and call.path not in (".to_csv", ".to_excel", ".drop_duplicates"):
            continue
        owner = "lgb.train" if call.path == "lightgbm.train" else call.name
        for name in call.kwargs:
            new = renamed.ARGUMENTS.get((owner, name))
            if new:
                said = f"TypeError: {call.name}() got an unexpected keyword argument {name!r}"
                yield _keyword(call, name), f"{call.name} knows no {name}= any more: use {new}", said
    for call in program.trace.of("fit", "fit_generator"):
        if "nb_epoch" in call.kwargs:
            yield _keyword(call, "nb_epoch"), "fit knows no nb_epoch= any more: use epochs"


def _keyword(call: Call, name: str) -> ast.AST:
    """Where an argument stands."""
    return next((one for one in call.node.keywords if one.arg == name), call.node)


@rule(
    "API006",
    "removed-value",
    "error",
    "a value that is gone",
    remedy="write the present value",
    source="scikit-learn, changelogs 0.24 to 1.5",
)
def values(program: Program) -> Iterator[Found]:
    """`GradientBoostingRegressor(loss="ls")`, `max_features="auto"`."""
    for one in program.trace.instances:
        if one.library != "sklearn" or not isinstance(one.node, ast.Call):
            continue
        for name, value in one.kwargs.items():
            if not isinstance(value, Const) or not isinstance(value.value, str):
                continue
            key = name, value.value
            new = renamed.VALUES.get(key, RENAMED_VALUES.get(key, ""))
            trees = name != "max_features" or "Forest" in one.name or "Tree" in one.name or "Boosting" in one.name
            if (key in RENAMED_VALUES or key in renamed.VALUES) and trees and _applies(one, name, value.value):
                place = next((word for word in one.node.keywords if word.arg == name), one.node)
                said = f"The {name!r} parameter of {one.name} must be valid. Got {value.value!r} instead"
                yield place, f"{one.name} knows no {name}={value.value!r} any more: write {new!r}", said


def _applies(one: Instance, name: str, value: str) -> bool:
    if name == "loss" and value in ("log", "mse", "mae", "deviance"):
        return "SGD" in one.name or "Boosting" in one.name
    return True


@rule(
    "API007",
    "early-stopping-in-fit",
    "error",
    "early_stopping_rounds in fit",
    remedy="give it to the model's constructor (XGBoost), or callbacks=[early_stopping(...)] (LightGBM)",
    source="XGBoost, release notes 2.1; LightGBM, release notes 4.0",
)
def early_stopping(program: Program) -> Iterator[Found]:
    """`XGBClassifier().fit(X, y, early_stopping_rounds=10)`."""
    for call in program.trace.of("fit"):
        if not isinstance(call.receiver, Instance) or call.receiver.library not in ("xgboost", "lightgbm"):
            continue
        gone = {
            "xgboost": ("early_stopping_rounds", "eval_metric", "callbacks"),
            "lightgbm": ("early_stopping_rounds", "verbose"),
        }
        for name in gone[call.receiver.library]:
            if name in call.kwargs:
                yield _keyword(call, name), f"{call.receiver.name}.fit knows no {name}= any more"


@rule(
    "API008",
    "learning-rate-argument",
    "error",
    "lr= and decay= of a Keras optimiser",
    remedy="learning_rate=, and a schedule for decay",
    source="Keras 3, migration guide",
)
def learning_rate(program: Program) -> Iterator[Found]:
    """`Adam(lr=0.001)`."""
    for call in program.trace.calls:
        if call.path.startswith("keras.optimizers.") and call.name[:1].isupper() and "legacy" not in call.path:
            for name in ("lr", "decay"):
                if name in call.kwargs:
                    yield _keyword(call, name), f"{call.name} knows no {name}= any more: use learning_rate="


@rule(
    "API009", "old-tensor-scalar", "error", "loss.data[0]", remedy="loss.item()", source="PyTorch 0.4, migration guide"
)
def data_zero(program: Program) -> Iterator[Found]:
    """`loss.data[0]`, `volatile=True`."""
    if "torch" not in program.trace.libraries:
        return
    for node in program.nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "data":
            zero = isinstance(node.slice, ast.Constant) and node.slice.value == 0
            if zero and "loss" in written(node.value.value).lower():
                yield node, f"{written(node)} is an error since PyTorch 0.5: write {written(node.value.value)}.item()"
        elif isinstance(node, ast.keyword) and node.arg == "volatile":
            yield node.value, "volatile= is gone: use torch.no_grad()"


@rule("API010", "deprecated-argument", "note", "an argument that will go", remedy="use what is named", source=_CHANGES)
def deprecated(program: Program) -> Iterator[Found]:
    """`fillna(method="ffill")`, `CrossEntropyLoss(size_average=True)`, `resnet18(pretrained=True)`."""
    for call in program.trace.calls:
        if call.name == "fillna" and "method" in call.kwargs and _is_table(as_data(call.receiver)):
            yield _keyword(call, "method"), "fillna(method=...) is gone in pandas 3: use ffill() or bfill()"
        if call.name == "applymap" and _is_table(as_data(call.receiver)):
            yield call.node, "applymap is called map since pandas 2.1"
        if call.path.startswith("torch.nn.") and ("size_average" in call.kwargs or "reduce" in call.kwargs):
            yield call.node, f"size_average= and reduce= of {call.name} will go: use reduction="
        if call.path.startswith("torchvision.models.") and "pretrained" in call.kwargs:
            yield _keyword(call, "pretrained"), f"pretrained= of {call.name} will go: use weights="
