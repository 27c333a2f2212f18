"""The key of an Experiment: everything that decides its result. Work with a known key is found, not redone."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version

from mlpilot.agent.study import Study
from mlpilot.sandbox.protocol import Limits
from mlpilot.tools import harness
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Value


@cache
def environment() -> dict[str, str]:
    """Versions of what computes: the sandbox holds the same as the host."""
    packages = ("numpy", "pandas", "scipy", "scikit-learn")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def experiment_key(
    study: Study, solution: Solution, params: Mapping[str, Value], limits: Limits, inside: str = ""
) -> str:
    """sha256, hexadecimal, of (Solution, params, Task, folds, seed, environment, harness, limits).

    `inside` tells a sandbox that holds something else than the host does (`Environment.identity`) from others.
    """
    return _hash(
        [
            solution.id,
            dict(params),
            study.task.hash,
            study.plan.hash,
            study.spec.seed,
            environment() | ({"inside": inside} if inside else {}),
            harness.VERSION,
            [limits.memory_bytes, limits.threads],
        ]
    )


def environment_key(inside: str = "") -> str:
    """sha256, hexadecimal, of what a failure may hang on beside code and data: versions, and what the sandbox holds."""
    return _hash([environment(), inside, harness.VERSION])


def blend_key(members: Sequence[str]) -> str:
    """The key of a blend of Experiments, by their keys."""
    return _hash(["blend", *members])


def _hash(parts: list[object]) -> str:
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
