"""What an environment asks of this machine and does not find, for backends that run on its files."""

from mlpilot.sandbox import gpus
from mlpilot.sandbox.environment import Environment
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.protocol import Probe


def unmet(chosen: Environment) -> Probe | None:
    """Why nothing can be run: packages that are not installed, GPUs that are not there; None where all is."""
    if not chosen.is_built:
        return Probe(False, *chosen.missing.split(": ", 1))
    try:
        gpus.find(chosen.gpus)
    except NoSandboxError as error:
        return Probe(False, *str(error).rsplit("; ", 1))
    return None
