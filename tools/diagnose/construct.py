"""What a failure hung on, in words of the libraries alone, and where another source stands to fail in the same way.

A message may quote the data, and code may raise what it likes. So of a failure only such words are kept as are known
beforehand: names of estimators, functions and modules, of their parameters, and values that were removed. From them the
message of the library is written anew when the failure is told again, or mended before it happens.
"""

import ast
import builtins
import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose.arguments import (
    ATTRIBUTES,
    NUMPY_ALIASES,
    OLD_MODULES,
    RENAMED_ARGUMENTS,
    RENAMED_NAMES,
    RENAMED_VALUES,
)
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.read import ENDINGS, REJECTIONS, diagnose, kebab, rejected
from mlpilot.tools.diagnose.signs import SIGNS
from mlpilot.tools.diagnose.syntax import called, calls, fitted_estimator, function, keyword, nearest
from mlpilot.tools.names import ALIASES, HOME

LIBRARY = frozenset(
    {"unexpected-argument", "removed-value", "moved-name", "moved-module", "removed-attribute", "missing-name"}
    | {"contract-error", "missing-package"}
)
"""Kinds of failures that code has of itself, whatever the data."""
JUDGED = frozenset(kind for kind, _, _ in REJECTIONS)
"""Kinds that hang on what the metric needs."""
FOLDED = frozenset({"unknown-category", "too-many-neighbours", "too-many-folds", "one-class", "unseen-label"})
"""Kinds that hang on which rows a fold holds."""

_LABELS = "this metric needs probabilities, and predict returned labels"
_SAID = {
    "unexpected-argument": ("TypeError", "{name}() got an unexpected keyword argument '{argument}'"),
    "removed-value": (
        "InvalidParameterError",
        "The '{argument}' parameter of {name} must be other. Got {value} instead",
    ),
    "moved-name": ("ImportError", "cannot import name '{argument}' from '{name}'"),
    "moved-module": ("ModuleNotFoundError", "No module named '{name}'"),
    "removed-attribute": ("AttributeError", "module '{name}' has no attribute '{argument}'"),
    "missing-name": ("NameError", "name '{argument}' is not defined"),
    "missing-values": ("ValueError", "Input X contains NaN.\n{name} does not accept missing values"),
    "text-as-number": ("ValueError", "could not convert string to float"),
}
"""Kind → (type, message) as the libraries say it; the rest of such a message is not kept."""
_KINDS = frozenset(
    {"syntax-error", "indentation-error", "space-error", "rejected", "missing-attribute"}
    | {sign.kind for sign in SIGNS}
    | set(ENDINGS)
    | JUDGED
    | {kebab(name) for name, one in vars(builtins).items() if isinstance(one, type) and issubclass(one, BaseException)}
)
_CLASSES = frozenset({"DataFrame", "Series", "ndarray", "numpy", "pandas"})
_MODULES = frozenset(HOME.values()) | frozenset(OLD_MODULES)
_VALUES = {(name, repr(value)) for name, value in RENAMED_VALUES} | {("max_features", "'auto'")}
_FILLS = re.compile(r"Imputer|fillna|dropna|nan_to_num|interpolate|isna|notna|isnull|ffill|bfill")
_ENCODES = re.compile(
    r"Encoder|Vectorizer|get_dummies|factorize|select_dtypes|_selector|astype|\.map\(|to_numeric|drop\("
)


@dataclass(frozen=True)
class Construct:
    """Words that are known beforehand; each may be empty."""

    name: str = ""
    """The estimator, function or module."""
    argument: str = ""
    """Its parameter or attribute, or the name that was imported from it or used."""
    value: str = ""
    """The parameter's value, as Python writes it."""

    @property
    def words(self) -> str:
        """All of them, for a person: `SVC(kernel='old')` in parts."""
        return " ".join(filter(None, (self.name, self.argument, self.value)))


def known_kind(diagnosis: Diagnosis) -> str:
    """The kind, where it is one of ours or of Python's exceptions; code can call an exception of its own anything."""
    return diagnosis.kind if diagnosis.kind in _KINDS else "exception"


def construct_of(diagnosis: Diagnosis, source: str) -> Construct:
    """What this failure of this source hung on, as far as that can be said in known words."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Construct()
    name, argument, value = _raw(diagnosis, tree)
    argument = argument if _is_known(argument) else ""
    return Construct(name if _is_named(name) else "", argument, value if (argument, value) in _VALUES else "")


def _raw(diagnosis: Diagnosis, tree: ast.Module) -> tuple[str, str, str]:
    """(name, argument, value) as they are said, and not to be trusted."""
    said = diagnosis.evidence
    if found := re.search(r"The '(\w+)' parameter of (\w+) must be .* Got (.+?) instead", said, re.DOTALL):
        return found[2], found[1], found[3]
    if found := re.search(r"(?:([\w.]+)\(\) )?got an unexpected keyword argument '(\w+)'", said):
        owners = [part for part in (found[1] or "").split(".") if _is_named(part)]
        holders = [call for call in calls(tree) if keyword(call, found[2]) is not None]
        near = nearest(holders, diagnosis.line)
        return owners[0] if owners else called(near[0]) if near else "", found[2], ""
    if found := re.search(r"cannot import name '(\w+)' from '([\w.]+)'", said):
        return found[2], found[1], ""
    if found := re.search(r"No module named '([\w.]+)'", said):
        return found[1], "", ""
    if found := re.search(r"(?:module )?'(\w+)'(?: object)? has no attribute '(\w+)'", said):
        return found[1], found[2], ""
    if found := re.search(r"name '(\w+)' is not defined", said):
        return "", found[1], ""
    if "Input y contains" in said:  # of the target: no step before the estimator mends it
        return "", "", ""
    if found := re.search(r"\n(\w+) does not accept missing values|passed to (\w+)", said):
        return found[1] or found[2], "", ""
    return _on_line(tree, diagnosis.line), "", ""


def _on_line(tree: ast.Module, line: int | None) -> str:
    """The known estimator or function that is called on a line, or whose `fit` is."""
    here = [call for call in calls(tree) if line and call.lineno <= line <= (call.end_lineno or line)]
    names = [called(call) for call in here if called(call) in HOME]
    fitted = fitted_estimator(tree, line) if line else None
    return names[-1] if names else called(fitted) if fitted is not None else ""


def _is_named(word: str) -> bool:
    return word in HOME or word in _CLASSES or word in _MODULES


def _is_known(word: str) -> bool:
    tables = (RENAMED_ARGUMENTS, RENAMED_NAMES, ATTRIBUTES, NUMPY_ALIASES, HOME, ALIASES, ("squared",))
    return any(word in table for table in tables) or (word.isidentifier() and word in _parameters())


@cache
def _parameters() -> frozenset[str]:
    """Names of parameters of all estimators and functions that have a home."""
    found: set[str] = set()
    for name, module in HOME.items():
        try:
            found.update(inspect.signature(getattr(importlib.import_module(module), name)).parameters)
        except (AttributeError, ImportError, TypeError, ValueError):  # another version, or a function written in C
            continue
    return frozenset(found)


# Told again


def known_failure(kind: str, construct: Construct, line: int | None = None) -> Diagnosis | None:
    """The finding as it is made from known words; None where today's rules would not find it so any more."""
    if kind == "labels-returned":
        found = rejected(_LABELS)
    elif kind in _SAID:
        type, message = _SAID[kind]
        words = {"name": construct.name, "argument": construct.argument, "value": construct.value}
        found = diagnose("error", CellError(type, message.format(**words), ""), "", "", "")
    else:
        return _in_general(kind, line)
    return Diagnosis(kind, found.message, found.evidence, line, found.remedy) if found.kind == kind else None


def _in_general(kind: str, line: int | None) -> Diagnosis | None:
    sign = next((sign for sign in SIGNS if sign.kind == kind), None)
    if sign is not None:
        return Diagnosis(kind, sign.message.format(*["…"] * 9), line=line, remedy=sign.remedy)
    said = ENDINGS.get(kind) or next((remedy for one, _, remedy in REJECTIONS if one == kind), None)
    return Diagnosis(kind, said or kind.replace("-", " "), line=line) if kind in _KINDS else None


def foreseen(kind: str, construct: Construct, source: str) -> Diagnosis | None:
    """The finding that running this source would end in, where that can be told by reading it; else None.

    `missing-values` and `text-as-number` are foreseen only of a `fit` that hands its rows on as they came, in a source
    that names nothing which could have dealt with them; their cause has to be in the data still.
    """
    find = _FINDERS.get(kind)
    if find is None:
        return None
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    place = None if construct.name in own else find(construct, tree, source)
    return known_failure(kind, construct, getattr(place, "lineno", None)) if place is not None else None


def _argument_given(construct: Construct, tree: ast.Module, source: str) -> ast.AST | None:
    del source
    if not construct.name or not construct.argument:
        return None
    return next((call for call in calls(tree, construct.name) if keyword(call, construct.argument) is not None), None)


def _value_given(construct: Construct, tree: ast.Module, source: str) -> ast.AST | None:
    del source
    for call in calls(tree, construct.name) if construct.name and construct.value else []:
        present = keyword(call, construct.argument)
        given = present.value if present is not None else None
        if isinstance(given, ast.Constant) and repr(given.value) == construct.value:
            return call
    return None


def _imported(construct: Construct, tree: ast.Module, source: str) -> ast.AST | None:
    del source
    for node in ast.walk(tree) if construct.name else []:
        if isinstance(node, ast.ImportFrom) and node.module == construct.name:
            named = not construct.argument or any(one.name == construct.argument for one in node.names)
            if named:
                return node
    return None


def _of_numpy(construct: Construct, tree: ast.Module, source: str) -> ast.AST | None:
    """Of numpy alone: of what other attributes are asked cannot be told by reading."""
    del source
    for node in ast.walk(tree) if construct.name == "numpy" and construct.argument else []:
        owner = getattr(node.value, "id", "") if isinstance(node, ast.Attribute) else ""
        if owner in ("np", "numpy") and getattr(node, "attr", "") == construct.argument:
            return node
    return None


def _handed_on(deals: re.Pattern[str]) -> Callable[[Construct, ast.Module, str], ast.AST | None]:
    def find(construct: Construct, tree: ast.Module, source: str) -> ast.AST | None:
        fit = function(tree, "fit")
        if fit is None or not fit.args.args or deals.search(source) or any(_is_class(node) for node in tree.body):
            return None
        rows = fit.args.args[0].arg
        named = (node for node in ast.walk(fit) if isinstance(node, ast.Name) and node.id == rows)
        if any(isinstance(node.ctx, ast.Store | ast.Del) for node in named):
            return None
        fits = [call for call in calls(fit, "fit") if call.args and getattr(call.args[0], "id", "") == rows]
        if not fits or not construct.name or not calls(tree, construct.name):
            return None
        return fits[0]

    return find


def _is_class(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef)


def _labels_returned(construct: Construct, tree: ast.Module, source: str) -> ast.AST | None:
    """A `predict` that returns what the model's own `predict` gives, as it is."""
    del construct, source
    own = function(tree, "predict")
    model = own.args.args[0].arg if own is not None and own.args.args else ""
    for node in ast.walk(own) if own is not None else []:
        value = node.value if isinstance(node, ast.Return) else None
        asked = value.func if isinstance(value, ast.Call) and called(value) == "predict" else None
        if isinstance(asked, ast.Attribute) and getattr(asked.value, "id", "") == model:
            return node
    return None


_FINDERS: dict[str, Callable[[Construct, ast.Module, str], ast.AST | None]] = {
    "unexpected-argument": _argument_given,
    "removed-value": _value_given,
    "moved-name": _imported,
    "moved-module": _imported,
    "removed-attribute": _of_numpy,
    "missing-values": _handed_on(_FILLS),
    "text-as-number": _handed_on(_ENCODES),
    "labels-returned": _labels_returned,
}
"""Kind → where a source stands to fail of it. Without an entry a failure is known again by the whole source alone."""
