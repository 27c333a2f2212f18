"""Small edits to try against an exception, the likeliest first, a bounded number.

Each rule answers one family of errors. What the rules offer changes how a thing is said, shaped or typed: none takes a
statement out, catches an exception, empties data, skips a step of training or asks for something else.
"""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import islice

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.ended import (
    arguments,
    arrays,
    batches,
    boosting,
    builtin,
    columns,
    encoders,
    estimators,
    flow,
    folds,
    given,
    gradients,
    graphs,
    keras_forms,
    keras_given,
    keras_nets,
    keras_parts,
    layers,
    losses,
    meant_forms,
    methods,
    methods_own,
    modules,
    names,
    places,
    prepared,
    products,
    recurrent,
    scores,
    tables,
    tensors,
)
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits
from mlpilot.tools.mending.running import Ended

MOST = 16
"""Edits that are tried against one exception."""

Rule = Callable[[Scene, re.Match[str]], Edits]
_RULES: tuple[tuple[str, Rule], ...] = (
    *graphs.RULES,
    *batches.RULES,
    *losses.RULES,
    *layers.RULES,
    *products.RULES,
    *recurrent.RULES,
    *gradients.RULES,
    *modules.RULES,
    *tensors.RULES,
    *keras_given.RULES,
    *keras_forms.RULES,
    *keras_nets.RULES,
    *keras_parts.RULES,
    *boosting.RULES,
    *folds.RULES,
    *scores.RULES,
    *prepared.RULES,
    *given.RULES,
    *meant_forms.RULES,
    *estimators.RULES,
    *encoders.RULES,
    *columns.RULES,
    *tables.RULES,
    *methods.RULES,
    *arrays.RULES,
    *places.RULES,
    *methods_own.RULES,
    *arguments.RULES,
    *flow.RULES,
    *builtin.RULES,
    *names.RULES,
)


def candidates(source: str, broken: Diagnosis, ended: Ended) -> Iterator[tuple[str, str]]:
    """(text, what was changed), the likeliest first, each once."""
    if ended.error is None:
        return
    error = f"{ended.error.type}: {ended.error.message}"
    scene = Scene(source, error if len(error) < 4000 else f"{error[:2000]}\n{error[-2000:]}", ended.state, broken.line)
    yield from islice(edits_of(scene), MOST)


def edits_of(scene: Scene) -> Iterator[tuple[str, str]]:
    """The same of a scene, without an end."""
    seen = {scene.source}
    for pattern, rule in _RULES:
        found = re.search(pattern, scene.error, re.DOTALL)
        if found is None:
            continue
        for text, what in rule(scene, found):
            if text in seen:
                continue
            seen.add(text)
            try:
                ast.parse(text)
            except SyntaxError:
                continue
            yield text, " ".join(what.split())[:200]
