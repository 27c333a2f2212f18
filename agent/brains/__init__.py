"""Who decides and writes: one protocol, several Brains."""

from mlpilot.agent.brains.protocol import Brain
from mlpilot.sandbox.errors import NoModelError


def choose_brain(name: str) -> Brain:
    """The Brain that was asked for. Raises `NoModelError` for `llm`, where no endpoint is configured."""
    if name == "llm":
        raise NoModelError("no model endpoint is configured, and this version speaks to none yet: use --brain builtin")
    from mlpilot.agent.brains.builtin import BuiltinBrain

    return BuiltinBrain()
