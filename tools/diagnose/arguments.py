"""Repairs of names: arguments, values, functions and modules that libraries renamed, moved or removed.

Source: the "Changed" and "Removed" entries of the changelogs of scikit-learn (0.20 to 1.9), numpy and pandas.
"""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, nearest, with_imports, with_keyword, without_keyword
from mlpilot.tools.names import HOME, import_line
from mlpilot.tools.text import Edit, Place, apply_edits, replace, span, text_of

RENAMED_ARGUMENTS = {
    "base_estimator": "estimator",
    "sparse": "sparse_output",
    "affinity": "metric",
    "n_iter": "max_iter",
    "min_impurity_split": "min_impurity_decrease",
    "presort": None,
    "normalize": None,
}
"""Old name → present one; None for what was removed."""

RENAMED_VALUES = {
    ("loss", "ls"): "squared_error",
    ("loss", "mse"): "squared_error",
    ("loss", "squared_loss"): "squared_error",
    ("loss", "least_squares"): "squared_error",
    ("loss", "lad"): "absolute_error",
    ("loss", "mae"): "absolute_error",
    ("loss", "least_absolute_deviation"): "absolute_error",
    ("loss", "log"): "log_loss",
    ("loss", "deviance"): "log_loss",
    ("loss", "binary_crossentropy"): "log_loss",
    ("loss", "categorical_crossentropy"): "log_loss",
    ("criterion", "mse"): "squared_error",
    ("criterion", "mae"): "absolute_error",
    ("penalty", "none"): None,
}

OLD_MODULES = {
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.learning_curve": "sklearn.model_selection",
    "sklearn.externals": "",
    "sklearn.externals.joblib": "",
    "sklearn.ensemble.forest": "sklearn.ensemble",
    "sklearn.linear_model.logistic": "sklearn.linear_model",
    "sklearn.tree.tree": "sklearn.tree",
    "sklearn.neighbors.classification": "sklearn.neighbors",
    "sklearn.preprocessing.data": "sklearn.preprocessing",
    "sklearn.preprocessing.imputation": "sklearn.impute",
    "sklearn.utils.testing": "sklearn.utils._testing",
}

RENAMED_NAMES = {"Imputer": "SimpleImputer"}

ATTRIBUTES = {
    "get_feature_names": "get_feature_names_out",
    "iteritems": "items",
    "applymap": "map",
    "feature_importance_": "feature_importances_",
    "as_matrix": "to_numpy",
}
NUMPY_ALIASES = {
    "float": "float",
    "int": "int",
    "bool": "bool",
    "object": "object",
    "str": "str",
    "float_": "np.float64",
    "Inf": "np.inf",
    "infty": "np.inf",
    "NaN": "np.nan",
    "product": "np.prod",
    "trapz": "np.trapezoid",
    "in1d": "np.isin",
}

Mended = tuple[str, str] | None


def unexpected_argument(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Rename the argument, or leave it out."""
    found = re.search(r"(?:([\w.]+)\(\) )?got an unexpected keyword argument '(\w+)'", diagnosis.evidence)
    if found is None:
        return None
    owners, old = (found.group(1) or "").split("."), found.group(2)
    holders = [call for call in calls(tree) if keyword(call, old) is not None]
    named = [call for call in holders if called(call) in owners]
    if not holders:
        return None
    call = nearest(named or holders, diagnosis.line)[0]
    if old == "squared" and called(call) == "mean_squared_error":
        return _root_mean_squared_error(source, call)
    new = RENAMED_ARGUMENTS.get(old)
    argument = keyword(call, old)
    assert argument is not None
    if new and keyword(call, new) is None:
        start, _ = span(source, argument)
        return apply_edits(source, [Edit(start, start + len(old), new)]), f"{old}= is called {new}= now"
    mended = without_keyword(source, call, old)
    return None if mended is None else (mended, f"left out {old}=, which {called(call)} does not know")


def _root_mean_squared_error(source: str, call: ast.Call) -> Mended:
    argument = keyword(call, "squared")
    root = argument is not None and isinstance(argument.value, ast.Constant) and argument.value.value is False
    mended = without_keyword(source, call, "squared")
    if mended is None or not root:
        return None if mended is None else (mended, "left out squared=, which mean_squared_error does not know")
    start, end = span(source, call.func)
    edited = apply_edits(mended, [Edit(start, end, "root_mean_squared_error")])
    return with_imports(edited, "root_mean_squared_error"), "root_mean_squared_error took the place of squared=False"


def removed_value(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Write the value by its present name, or leave the argument to its default."""
    found = re.search(r"The '(\w+)' parameter of (\w+) must be .* Got (.+?) instead", diagnosis.evidence, re.DOTALL)
    if found is None:
        return None
    name, owner, shown = found.groups()
    holders = [call for call in calls(tree, owner) if keyword(call, name) is not None]
    if not holders:
        return None
    call = nearest(holders, diagnosis.line)[0]
    old = shown.strip("'\"")
    if (name, old) in RENAMED_VALUES:
        new = repr(RENAMED_VALUES[name, old]).replace("'", '"')
    elif (name, old) == ("max_features", "auto"):
        new = '"sqrt"' if owner.endswith("Classifier") else "1.0"
    else:
        mended = without_keyword(source, call, name)
        return None if mended is None else (mended, f"left out {name}={shown}, which {owner} does not accept")
    return with_keyword(source, call, name, new), f"{name}={shown} is written {name}={new} now"


def missing_name(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Import a well-known name."""
    del tree
    found = re.search(r"name '(\w+)' is not defined", diagnosis.evidence)
    line = import_line(found.group(1)) if found else None
    if found is None or line is None:
        return None
    return with_imports(source, found.group(1)), f"added: {line}"


def moved_name(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Import a name from the module that holds it now."""
    found = re.search(r"cannot import name '(\w+)' from '([\w.]+)'", diagnosis.evidence)
    if found is None:
        return None
    old, module = found.groups()
    new = RENAMED_NAMES.get(old, old)
    line = import_line(new)
    if line is None or HOME.get(new) == module:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module and any(one.name == old for one in node.names):
            kept = [ast.unparse(one) for one in node.names if one.name != old]
            bound = next(one.asname or one.name for one in node.names if one.name == old)
            lines = [f"from {module} import {', '.join(kept)}"] if kept else []
            lines.append(line if bound == new else f"{line} as {bound}")
            pad = "\n" + " " * node.col_offset
            return replace(source, node, pad.join(lines)), f"{old} is imported from {HOME[new]} now"
    return None


def moved_module(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Import from the module that took another's place."""
    found = re.search(r"No module named '([\w.]+)'", diagnosis.evidence)
    if found is None:
        return None
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(found.group(1)):
            continue
        old = node.module or ""
        new = OLD_MODULES.get(old) or HOME.get(node.names[0].name)
        if "joblib" in old or any(one.name == "joblib" for one in node.names):
            return replace(source, node, "import joblib"), "joblib is a package of its own now"
        if new:
            text = text_of(source, node).replace(old, new, 1)
            return replace(source, node, text), f"{old} is called {new} now"
    return None


def removed_attribute(source: str, tree: ast.Module, diagnosis: Diagnosis) -> Mended:
    """Use an attribute's present name."""
    found = re.search(r"has no attribute '(\w+)'", diagnosis.evidence)
    if found is None:
        return None
    old = found.group(1)
    places = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == old]
    numpy = "'numpy'" in diagnosis.evidence
    if numpy and old in NUMPY_ALIASES:
        places = [node for node in places if isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy")]
        edits = [Edit(*span(source, node), NUMPY_ALIASES[old]) for node in places]
        return (apply_edits(source, edits), f"np.{old} is written {NUMPY_ALIASES[old]} now") if edits else None
    if old not in ATTRIBUTES or not places:
        return None
    edits = [Edit(*span(source, _attribute_word(source, node)), ATTRIBUTES[old]) for node in places]
    return apply_edits(source, edits), f"{old} is called {ATTRIBUTES[old]} now"


def _attribute_word(source: str, node: ast.Attribute) -> Place:
    """Where the word after the dot stands: at the end of the node."""
    del source
    end = node.end_col_offset or 0
    line = node.end_lineno or node.lineno
    return Place(line, end - len(node.attr.encode()), line, end)
