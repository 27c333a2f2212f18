"""What every backend gives to the inside: the same places, and an environment with nothing of the host's in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlpilot.sandbox.interpreter import Interpreter, ours

INSIDE = "/opt/mlpilot"
"""Folder inside that holds our own sources, as the package `mlpilot.sandbox.inside`."""
PACKAGE = f"{INSIDE}/mlpilot/sandbox/inside"
SCRATCH = "/scratch"
"""Folder inside that holds the scratch folders of kernels."""

ADDED = "/opt/packages"
"""Folder inside that holds the packages that the person has added."""

_SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True)
class Environment:
    """What code finds inside beside the walls; by default what is installed beside mlpilot, and no GPU."""

    own_python: Interpreter | None = None
    """An existing environment of the person's own, for backends that run on the files of this machine."""
    own_image: str = ""
    """An existing image of the person's own, for docker."""
    image: str = ""
    """For docker: the name of the image of ours that holds the added packages."""
    added: Path | None = None
    """For the others: the folder on this machine that holds them, whether it has been made yet or not."""
    packages: tuple[str, ...] = ()
    """All that are added, those included that they need: `name==version`. Of an environment of the person's own: those
    that code may be told of (`interpreter.NOTABLE`)."""
    asked: tuple[str, ...] = ()
    """What the person has asked to be added, as they wrote it."""
    gpus: str = ""
    """None, `all`, or their numbers: `0,1`."""
    identity: str = ""
    """What tells what it holds from what others do, so that no score of one is taken for a score of another."""

    @property
    def python(self) -> Interpreter:
        """The Python that runs inside, for backends that run on the files of this machine."""
        return self.own_python or ours()

    @property
    def name(self) -> str:
        """In a few words; empty where it is mlpilot's own."""
        if self.own_python is not None:
            return f"your Python {self.own_python.version} at {self.own_python.executable}"
        if self.own_image:
            return f"your image {self.own_image}"
        return f"with {self._shown}" if self.asked else ""

    @property
    def _shown(self) -> str:
        return ", ".join(self.asked[:5]) + (f" and {len(self.asked) - 5} more" if len(self.asked) > 5 else "")

    @property
    def key(self) -> str:
        """What a score may depend on beside the versions that come with mlpilot."""
        return f"{self.identity}+gpu" if self.gpus else self.identity

    @property
    def told(self) -> tuple[str, ...]:
        """Of the packages, those that are worth naming: what was asked for, without what that needs."""
        if not self.asked:
            return self.packages
        names = {canonicalize_name(Requirement(line).name) for line in self.asked}
        return tuple(pin for pin in self.packages if pin.partition("==")[0] in names)

    @property
    def missing(self) -> str:
        """What to say where the added packages are not there."""
        verb = "is" if len(self.asked) == 1 else "are"
        return f"mlpilot.toml asks for {self._shown}, which {verb} not installed: run `mlpilot sandbox build`"

    @property
    def is_built(self) -> bool:
        """Whether the added packages are there for backends that run on the files of this machine."""
        return not self.asked or (self.added is not None and self.added.is_dir())


BARE = Environment()


def environment(python_bin: str, folders: Sequence[str] = ()) -> dict[str, str]:
    """The whole environment of a zygote. Libraries run one thread there; each kernel sets its own number.

    `folders` hold packages beside those that the Python inside finds by itself.
    """
    return {
        "PATH": f"{python_bin}:/usr/local/bin:/usr/bin:/bin",
        "HOME": SCRATCH,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": ":".join([INSIDE, f"{PACKAGE}/site", *folders]),
        "MPLBACKEND": "Agg",
        # Threads that wait for each other spin for some microseconds, then sleep. Sleeping at once, boosting takes ten
        # times as long on an idle machine, whose processors are slow to wake; spinning on, as long on a busy one.
        "GOMP_SPINCOUNT": "10000",
        # No thread may run when kernels are forked.
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        # Idle BLAS threads spin for 2**20 cycles, not for 2**26: a processor is better used.
        "OPENBLAS_THREAD_TIMEOUT": "20",
        **dict.fromkeys(_SINGLE_THREAD, "1"),
    }
