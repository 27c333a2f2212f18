"""From a number to the text of a training."""

from dataclasses import dataclass
from random import Random

from mlpilot.evals.trainings import keras_script, torch_script
from mlpilot.evals.trainings.plan import Plan, Problem, planned


@dataclass(frozen=True)
class Training:
    """A script, and the same without its problem."""

    number: int
    problem: Problem | None
    plan: Plan
    text: str
    healthy: str
    """The twin: the text itself where there is no problem."""


def training(number: int, problem: Problem | None) -> Training:
    """The training of this number; the same each time. Numbers from 0; each has all five problems, and none."""
    faulty, healthy = planned(number, problem)
    return Training(number, problem, faulty, _text(faulty, number), _text(healthy, number))


def _text(plan: Plan, number: int) -> str:
    write = keras_script.written if plan.framework == "keras" else torch_script.written
    return write(plan, Random(f"style/{number}"))
