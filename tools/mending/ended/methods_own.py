"""Methods that Python, PyTorch or Keras ask for by a name, and that are spelled otherwise in the script."""

import ast
import difflib
import re

from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits
from mlpilot.tools.text import Edit, apply_edits, span

_ASKED = ("__init__", "__getitem__", "__len__", "__call__", "__iter__", "__next__", "__enter__", "__exit__", "forward")
_OF_KERAS = ("call", "build", "on_epoch_end", "get_config")


def _misspelled(scene: Scene, _: re.Match[str]) -> Edits:
    """`__get_item__` is `__getitem__`, `__int__` is `__init__`, `foward` is `forward`."""
    asked = [*_ASKED, *(_OF_KERAS if "keras" in scene.source else ())]
    for owner in [node for node in ast.walk(scene.tree) if isinstance(node, ast.ClassDef)]:
        there = {one.name for one in owner.body if isinstance(one, ast.FunctionDef)}
        for function in owner.body:
            if not isinstance(function, ast.FunctionDef) or function.name in asked:
                continue
            plain = {one.strip("_").replace("_", ""): one for one in asked if one not in there}
            near = difflib.get_close_matches(function.name.strip("_").replace("_", ""), list(plain), 1, 0.75)
            for one in near:
                start = scene.source.index(function.name, span(scene.source, function)[0])
                text = apply_edits(scene.source, [Edit(start, start + len(function.name), plain[one])])
                yield text, f"{function.name} of {owner.name} is {plain[one]}"


RULES = (
    (
        r"should implement __|missing the required \"forward\"|object has no len|is not subscriptable|is not iterable|"
        r"is not callable|is not an iterator|takes no arguments|object does not support|has no attribute|"
        r"NotImplementedError",
        _misspelled,
    ),
)
"""(what the error says, its edits)."""
