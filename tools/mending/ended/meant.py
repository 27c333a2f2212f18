"""Arguments and values that a library does not know: what was meant, and what may be left out without a loss.

An error is gone as well when the argument is left out that caused it; and with `class_weigth="balanced"` the weights,
with `normalize=True` the scale. So only what says how something is computed, and not what, is left out; a word that is
nearly one that the library knows is written so; and of all else the author is told.
"""

import ast
import difflib
import importlib
import inspect
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, nearest
from mlpilot.tools.names import HOME
from mlpilot.tools.text import Edit, apply_edits, replace, span

_ARGUMENT = re.compile(r"(?:([\w.]+)\(\) )?got an unexpected keyword argument '(\w+)'")
_VALUE = re.compile(r"The '(\w+)' parameter of (\w+) must be (.*) Got '([^'\n]{1,100})' instead", re.DOTALL)
_ANY_VALUE = re.compile(r"The '(\w+)' parameter of (\w+) must be .* Got (.+?) instead", re.DOTALL)
_NEAR, _NEAR_IN_A_LIST = 0.75, 0.6
_INERT = frozenset(
    [
        "presort",
        "iid",
        "n_jobs",
        "verbose",
        "copy",
        "copy_X",
        "pre_dispatch",
        "cache_size",
        "random_state",
        "workers",
        "use_multiprocessing",
        "max_queue_size",
        "infer_datetime_format",
        "low_memory",
        "squeeze",
        "return_train_score",
        "return_std_",
    ]
)
"""Arguments that say how something is computed, and not what."""
_DEFAULTS = frozenset(["warn", "auto", "deprecated", "auto_deprecated", "default"])
"""Values that stood for whatever the library thinks best."""


def meant(source: str, tree: ast.Module, broken: Diagnosis) -> Iterator[tuple[str, str]]:
    """Edits that write an argument, or a value, as the library knows it, where one is nearly the same word."""
    found = _ARGUMENT.search(broken.evidence)
    if found is not None:
        call, old = _holder(tree, (found.group(1) or "").split("."), found.group(2), broken.line), found.group(2)
        known = _parameters(called(call)) if call is not None else []
        argument = keyword(call, old) if call is not None else None
        for new in difflib.get_close_matches(old, known, 1, _NEAR):
            if call is not None and argument is not None and keyword(call, new) is None:
                start = span(source, argument)[0]
                yield apply_edits(source, [Edit(start, start + len(old), new)]), f"{old}= is written {new}="
    value = _VALUE.search(broken.evidence)
    if value is not None:
        name, owner, allowed, old = value.groups()
        call = _holder(tree, [owner], name, broken.line)
        argument = keyword(call, name) if call is not None else None
        if argument is None or not isinstance(argument.value, ast.Constant):
            return
        for new in difflib.get_close_matches(old, re.findall(r"'([\w-]+)'", allowed), 1, _NEAR_IN_A_LIST):
            yield replace(source, argument.value, f'"{new}"'), f"{name}={old!r} is written {name}={new!r}"


def loses(tree: ast.Module, broken: Diagnosis, what: str = "left out") -> bool:
    """Whether an edit (`what` it does) loses what the author asked for with the argument that the error names."""
    if not what.startswith(("left out", "min_impurity_split=")):  # its successor takes another kind of number
        return False
    found = _ARGUMENT.search(broken.evidence)
    owners, name = ((found.group(1) or "").split("."), found.group(2)) if found is not None else ([], "")
    value = _ANY_VALUE.search(broken.evidence)
    if value is not None:
        owners, name = [value.group(2)], value.group(1)
    call = _holder(tree, owners, name, broken.line)
    argument = keyword(call, name) if call is not None else None
    if argument is None or name in _INERT:
        return False
    given = argument.value
    return not (isinstance(given, ast.Constant) and (given.value in (None, False) or given.value in _DEFAULTS))


def _holder(tree: ast.Module, owners: list[str], name: str, line: int | None) -> ast.Call | None:
    holders = [call for call in calls(tree) if keyword(call, name) is not None]
    named = [call for call in holders if called(call) in owners]
    return next(iter(nearest(named or holders, line)), None)


def _parameters(name: str) -> list[str]:
    """What a class or function of scikit-learn takes, as far as it is installed here, too."""
    module = HOME.get(name, "")
    if not module.startswith("sklearn"):
        return []
    try:
        return [*inspect.signature(getattr(importlib.import_module(module), name)).parameters]
    except (ImportError, AttributeError, ValueError, TypeError):
        return []
