"""What works on this machine, and what mlpilot would use: facts for `mlpilot doctor`."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from typing import TYPE_CHECKING

from mlpilot import upkeep, walls
from mlpilot.agent.bench import limits
from mlpilot.agent.report.words import plural
from mlpilot.findings import Finding, chosen
from mlpilot.sandbox.errors import UserError
from mlpilot.thinkers import Thinkers, examine_thinkers

if TYPE_CHECKING:
    from mlpilot.sandbox.environment import Environment

PACKAGES = (
    "numpy",
    "pandas",
    "scikit-learn",
    "optuna",
    "langgraph",
    "ipykernel",
    "jupyter-client",
    "docker",
    "pyarrow",
    "skops",
    "sqlalchemy",
    "rich",
)


@dataclass(frozen=True)
class Checkup:
    """Everything that was looked at."""

    machine: Sequence[Finding]
    packages: dict[str, str | None]
    sandboxes: Sequence[Finding]
    sandbox: str | None
    """The one that `--sandbox auto` takes; None where there is none."""
    thinkers: Sequence[Finding] = field(default_factory=tuple)
    """A key, engines, a GPU."""
    brain: str = "built-in"
    """What `--brain auto` takes: `built-in` or `llm`."""
    model: str | None = None
    """The one that is asked first, in words; None where none is."""
    extra: Sequence[Finding] = field(default_factory=tuple)
    """Of `--deep`: how many promises each sandbox holds, and which not."""
    tested: Sequence[walls.Looked] = field(default_factory=tuple)
    """Of `--deep`: every sandbox that works, put to the test."""

    @property
    def broken(self) -> bool:
        """Whether the sandbox that a run would use was tested, and does not hold what it promises."""
        return any(one.backend == self.sandbox and not one.holds for one in self.tested)

    @property
    def blocking(self) -> tuple[str, ...]:
        """What a run would end with, besides its sandbox."""
        return tuple(one.name for one in self.machine if one.blocks)

    def to_json(self) -> dict[str, object]:
        """The facts as JSON has them."""
        walls_hold = "no sandbox" if self.sandbox is None else "broken sandbox" if self.broken else ""
        status = walls_hold or ("blocked" if self.blocking else "ok")
        facts = {name: value for name, value in asdict(replace(self, tested=())).items() if name != "tested"}
        selfcheck = {one.backend: one.to_json() for one in self.tested}
        return {"status": status, "blocking": list(self.blocking), **facts, "selfcheck": selfcheck}


def examine(*, deep: bool = False) -> Checkup:
    """Look at all of it; sandboxes are probed by doing, and no model beyond this machine is asked."""
    held, environment = _environment()
    sandboxes = walls.look(environment)
    works = [finding.name for finding in sandboxes if finding.state == "ok"]
    tested = walls.put_to_the_test(works, environment) if deep else []
    thinkers = examine_thinkers()
    first = thinkers.first
    return Checkup(
        machine=[
            *(_python(), _memory(), walls.memory(), upkeep.state_folder(), upkeep.disk(), *upkeep.journal()),
            *(*upkeep.packages(), *held, *_gpus(), _model(thinkers)),
        ],
        packages=_versions(),
        sandboxes=sandboxes,
        sandbox=chosen(sandboxes),
        thinkers=thinkers.means,
        brain="built-in" if first is None else "llm",
        model=None if first is None else first.name,
        extra=[finding for one in tested for finding in one.findings()],
        tested=tested,
    )


def _model(found: Thinkers) -> Finding:
    """Which one is asked first; and where its last word was that the key or the account is refused, that."""
    said = upkeep.refused(found.first.name) if found.first is not None else ""
    if not said:
        return found.model
    return Finding("model", "warning", said, "set another key; `mlpilot models --probe` sees whether it is taken")


def _python() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Finding("python", "ok", f"{platform.python_version()} at {sys.executable}, {cores} cores")


def _memory() -> Finding:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    enough = total >= 4 * 2**30
    remedy = "" if enough else "large tables may not fit; close other programs"
    allowed = limits()
    used = f"a run's sandbox may use {allowed.memory_bytes / 2**30:g} GiB and {plural(allowed.threads, 'thread')}"
    return Finding("memory", "ok" if enough else "warning", f"{total / 2**30:.1f} GiB; {used}", remedy)


def _versions() -> dict[str, str | None]:
    versions: dict[str, str | None] = {}
    for name in ("mlpilot", *PACKAGES):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    return versions


def _environment() -> tuple[list[Finding], "Environment"]:
    """What mlpilot.toml asks for, whether it is there, and what the sandboxes are to hold."""
    from mlpilot.agent.settings import FILE, environment_of, read_settings
    from mlpilot.sandbox.environment import BARE

    try:
        environment = environment_of(read_settings())
    except UserError as error:
        return [Finding(FILE, "warning", str(error), "a run would end with that; mend it first", blocks=True)], BARE
    if not environment.name:
        return [], environment
    if environment.asked and not environment.is_built:
        what, _, remedy = environment.missing.partition(": ")
        return [Finding(FILE, "missing", what.removeprefix(f"{FILE} "), remedy, blocks=True)], environment
    told = ", ".join(environment.told[:20])
    if environment.asked:
        return [Finding(FILE, "ok", f"added to the sandbox: {told or 'nothing that it does not hold'}")], environment
    return [Finding(FILE, "ok", f"the sandbox is {environment.name}" + (f", with {told}" if told else ""))], environment


def _gpus() -> list[Finding]:
    """Those that a sandbox could be given; nothing where there are none."""
    from mlpilot.sandbox.errors import NoSandboxError
    from mlpilot.sandbox.gpus import cards, find

    there = cards()
    if not there:
        return []
    names = ", ".join(f"{number}: {card.model or 'NVIDIA'}" for number, card in enumerate(there[:8]))
    try:
        find("all")
    except NoSandboxError as error:
        what, _, remedy = str(error).removeprefix("--gpus all: ").rpartition("; ")
        return [Finding("gpus", "warning", f"{names}; {what}", remedy)]
    return [Finding("gpus", "ok", f"{names}; a sandbox gets them with --gpus")]
