"""What a training is to be: its data, net and optimiser, and the one fault that is put into it.

The five problems are those of AutoTrainer (Zhang et al., ICSE 2021), on its kinds of models. Each fault is one that
people really make, and is drawn far enough from what works to be there whatever the seed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from mlpilot.evals.trainings.data import TABLES, Table

Problem = Literal["vanishing", "exploding", "dying", "oscillating", "slow"]
PROBLEMS: tuple[Problem, ...] = ("vanishing", "exploding", "dying", "oscillating", "slow")
KINDS = ("dense", "convolutional", "recurrent")
EVERY_KERAS = 10
"""Each tenth training is written with Keras, the others with PyTorch."""


@dataclass(frozen=True)
class Plan:
    """A training."""

    framework: str
    """torch or keras."""
    kind: str
    table: Table
    hidden: tuple[int, ...]
    """Widths of the dense layers before the last, channels of the convolutions, units of the recurrent layer first."""
    activation: str
    optimiser: str
    """sgd, momentum, adam, rmsprop, adagrad or adadelta."""
    rate: float
    epochs: int
    batch: int
    momentum: float = 0.9
    """Used by `momentum` alone."""
    deviation: float | None = None
    """Of the normal distribution that weights are drawn from; None leaves the framework's own."""
    bias: float | None = None
    """Where biases begin; None leaves the framework's own."""
    cell: str = "gru"
    """rnn, relu-rnn (with a ReLU), gru or lstm."""
    scaled: bool = True
    """Whether inputs are brought to a common scale, where the table asks for that."""


def planned(number: int, problem: Problem | None) -> tuple[Plan, Plan]:
    """The training of this number: (with the problem, its healthy twin); twice the same where there is no problem."""
    draw = Random(f"{problem}/{number}")
    framework = "keras" if number % EVERY_KERAS == EVERY_KERAS - 1 else "torch"
    kind = KINDS[(number // EVERY_KERAS + number) % 3]
    healthy = _healthy(draw, framework, kind)
    if problem is None:
        return healthy, healthy
    return FAULTS[problem](draw, healthy)


def _healthy(draw: Random, framework: str, kind: str) -> Plan:
    table = draw.choice([one for one in TABLES if one.kind == kind])
    optimiser = draw.choice(["adam", "adam", "rmsprop", "momentum"])
    rate = draw.choice({"adam": [0.003, 0.005, 0.01], "rmsprop": [0.002, 0.003], "momentum": [0.03, 0.05]}[optimiser])
    hidden: tuple[int, ...]
    if kind == "dense":
        hidden = tuple(draw.choice([24, 32, 48, 64]) for _ in range(draw.randint(1, 3)))
    elif kind == "convolutional":
        hidden = tuple(draw.choice([8, 12, 16]) for _ in range(draw.randint(1, 2)))
    else:
        hidden = (draw.choice([16, 24, 32]), draw.choice([16, 24, 32]))
        optimiser, rate = "adam", draw.choice([0.005, 0.01])
    activation = draw.choice(["relu", "relu", "tanh", "elu"])
    batch = draw.choice([16, 32])
    epochs = draw.choice([12, 15, 20]) if framework == "torch" else draw.choice([8, 10, 12])
    if kind == "recurrent":
        epochs = max(epochs, 12)
    cell = draw.choice(["gru", "lstm"])
    return Plan(framework, kind, table, hidden, activation, optimiser, rate, epochs, batch, cell=cell)


def _deeper(draw: Random, plan: Plan) -> tuple[int, ...]:
    if plan.kind == "dense":
        return tuple([draw.choice([24, 32, 48])] * draw.randint(7, 11))
    if plan.kind == "convolutional":
        return tuple([draw.choice([8, 10])] * draw.randint(5, 7))
    return (plan.hidden[0], *[draw.choice([24, 32])] * draw.randint(5, 7))


def _vanishing(draw: Random, plan: Plan) -> tuple[Plan, Plan]:
    """A deep net of sigmoids, or of weights so small that nothing comes through; the twin is shallower or of ReLUs."""
    deep = _deeper(draw, plan)
    if draw.random() < 0.65:
        return replace(plan, hidden=deep, activation="sigmoid"), replace(plan, activation="relu")
    small = draw.choice([0.001, 0.002, 0.003])
    faulty = replace(plan, hidden=deep, activation=draw.choice(["tanh", "relu"]), deviation=small)
    return faulty, replace(plan, activation="relu")


def _exploding(draw: Random, plan: Plan) -> tuple[Plan, Plan]:
    """A learning rate, first weights, or inputs that are far too large."""
    twin = replace(plan, activation="relu")
    if plan.kind == "recurrent":
        faulty = replace(twin, cell="relu-rnn", deviation=draw.choice([0.6, 0.8, 1.0]))
        return replace(faulty, optimiser="sgd", rate=draw.choice([0.01, 0.05, 0.1])), twin
    how = draw.choice(["rate", "weights", "inputs" if plan.table.raw else "weights"])
    if how == "rate":
        return replace(twin, optimiser="sgd", rate=draw.choice([30.0, 50.0, 100.0])), twin
    if how == "inputs":
        return replace(twin, optimiser="sgd", rate=draw.choice([0.01, 0.05, 0.1]), scaled=False), twin
    hidden = _deeper(draw, plan)[:5]
    faulty = replace(twin, hidden=hidden, deviation=draw.choice([1.0, 1.5, 2.0]))
    return replace(faulty, optimiser="sgd", rate=draw.choice([0.01, 0.05, 0.1])), twin


def _dying(draw: Random, plan: Plan) -> tuple[Plan, Plan]:
    """Biases that keep every ReLU shut, or a learning rate that shuts them with the first steps."""
    hidden = plan.hidden if len(plan.hidden) > 1 else plan.hidden * 2
    twin = replace(plan, activation="relu", hidden=hidden)
    if draw.random() < 0.6:
        return replace(twin, bias=draw.choice([-5.0, -8.0, -10.0, -20.0])), twin
    optimiser, rate = draw.choice([("adam", 1.0), ("adam", 2.0), ("momentum", 2.0), ("sgd", 5.0)])
    deep = hidden if plan.kind == "recurrent" else (*hidden, hidden[-1])
    return replace(twin, hidden=deep, optimiser=optimiser, rate=rate), twin


def _oscillating(draw: Random, plan: Plan) -> tuple[Plan, Plan]:
    """A learning rate or a momentum that jumps over the minimum again and again, with small batches at times."""
    twin = replace(plan, activation="relu")
    optimiser, rate, momentum = draw.choice(
        [
            ("adam", 0.2, 0.9),
            ("adam", 0.3, 0.9),
            ("rmsprop", 0.1, 0.9),
            ("momentum", 0.5, 0.95),
            ("momentum", 0.2, 0.99),
        ]
    )
    batch = draw.choice([plan.batch, plan.batch, 8])
    faulty = replace(twin, optimiser=optimiser, rate=rate, momentum=momentum, batch=batch)
    return faulty, twin


def _slow(draw: Random, plan: Plan) -> tuple[Plan, Plan]:
    """A learning rate far too small for the optimiser, or an optimiser that needs a much larger one."""
    choices = [("adam", 1e-6), ("adam", 1e-5), ("rmsprop", 2e-6), ("sgd", 1e-5), ("sgd", 1e-4), ("momentum", 1e-5)]
    choices.extend([("adadelta", 0.001), ("adagrad", 1e-5)])
    optimiser, rate = draw.choice(choices)
    return replace(plan, optimiser=optimiser, rate=rate), plan


FAULTS: dict[Problem, Callable[[Random, Plan], tuple[Plan, Plan]]] = {
    "vanishing": _vanishing,
    "exploding": _exploding,
    "dying": _dying,
    "oscillating": _oscillating,
    "slow": _slow,
}
