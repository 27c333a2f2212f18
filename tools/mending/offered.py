"""What an offer is: the maker of edits, and what a run must show; and makers that PyTorch and Keras share."""

import ast
from collections.abc import Callable

from mlpilot.tools.mending.claims import Claim
from mlpilot.tools.mending.forms import Maker
from mlpilot.tools.mending.training import start
from mlpilot.tools.mending.training.layers import activations
from mlpilot.tools.mending.training.rate import rates

Entry = tuple[Maker, tuple[Claim, ...]]


def of_training(edits: Callable[[str, ast.Module], list[tuple[str, str]]]) -> Maker:
    """The maker of an edit that is tried on trainings, too, whatever was found."""
    return lambda source, tree, _: iter(edits(source, tree))


SCALED = of_training(start.scaled)
INITIALISED = of_training(start.initialised)
RATE = of_training(rates)
BENT = of_training(lambda source, tree: activations(source, tree, ("sigmoid", "tanh"), "relu"))
