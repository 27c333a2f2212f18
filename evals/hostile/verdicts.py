"""What is said of one case: how it ended, and every way in which the walls did not hold."""

import re
import secrets
from dataclasses import dataclass, field

from mlpilot.evals.hostile.cases import Case
from mlpilot.evals.hostile.evidence import acting, leaked
from mlpilot.evals.hostile.ground import Ground
from mlpilot.evals.hostile.measures import LIMITS, MOST_BYTES
from mlpilot.evals.hostile.runner import Crashed, Hung, Runner
from mlpilot.evals.hostile.told import Told

ESCAPES = {
    "secret",
    "connection",
    "changed",
    "signalled",
    "left",
    "process",
    "proof",
    "terminal",
    "fetched",
    "ran",
    "believed",
}
HARM = ESCAPES | {"hang", "crash", "growth"}
"""What matters where there are no walls of ours, which promise no typed ends."""
_OVERTIME_SECONDS = 20.0
"""Beyond a cell's timeout: three seconds of grace, and what a busy machine adds."""

Finding = tuple[str, str]
"""Its kind, and one line about it."""


@dataclass
class Verdict:
    """One case on one backend."""

    case: Case
    status: str
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """What it printed and raised, for whoever asks why."""

    def of(self, *kinds: str) -> list[Finding]:
        return [finding for finding in self.findings if finding[0] in kinds]

    @property
    def escaped(self) -> bool:
        return bool(self.of(*ESCAPES))

    @property
    def held(self) -> bool:
        return not self.findings


def mark() -> str:
    """A new mark for one case: 15 characters, as many as the name of a process has."""
    return f"left-{secrets.token_hex(5)}"


def try_case(case: Case, runner: Runner, ground: Ground) -> Verdict:
    """Run one case of cells and look at what came of it, inside and outside."""
    marked = mark()
    try:
        runner.start()
        told = runner.run(case, ground.names(marked, kept=runner.mounted))
    except Crashed as error:
        return Verdict(case, "crash", findings=[("crash", str(error)), *ground.look(marked)])
    except Hung as error:
        return Verdict(case, "hang", findings=[("hang", str(error)), *ground.look(marked)])
    findings = [*ground.look(marked), *came_back(told, ground), *seen_next(told, marked), *ended(case, told)]
    return Verdict(case, told.status, told.seconds, findings, told.texts)


def came_back(told: Told, ground: Ground) -> list[Finding]:
    """What should not be in anything that the cell sent."""
    found = [("secret", f"{name} was read") for name in leaked(ground.secrets, told.parts())]
    if characters := acting(told.texts):
        found.append(("terminal", f"characters that act on a terminal were shown: {' '.join(characters[:9])}"))
    for text in told.texts:
        found += [("proof", line.split(" ", 1)[1][:200]) for line in text.splitlines() if line.startswith(ground.proof)]
    return list(dict.fromkeys(found))


def seen_next(told: Told, marked: str) -> list[Finding]:
    """What the next session should not have seen."""
    found = [("left", "the next session finds its mark")] if marked in told.next else []
    return found + ([("useless", told.after)] if told.after else [])


def ended(case: Case, told: Told, overtime: float = _OVERTIME_SECONDS) -> list[Finding]:
    """Whether it ended as it must: in time, in one of its statuses, with what it says and sends within bounds."""
    found: list[Finding] = [("growth", line) for line in told.harm]
    if told.status not in case.ends:
        found.append(("end", f"ended as {told.status} and not as {'|'.join(case.ends)}: {_said(told)}"))
    if told.seconds > case.timeout + overtime:
        found.append(("hang", f"took {told.seconds:.0f} s, with a timeout of {case.timeout:.0f} s"))
    if told.growth > case.growth:
        found.append(("growth", f"the host grew by {told.growth >> 20} MiB"))
    if sum(len(text.encode(errors="replace")) for text in told.texts[:2]) > LIMITS.output_bytes + 4096:
        found.append(("growth", "more output was kept than allowed"))
    if "state" in case.facts and told.state_lost != (case.facts["state"] == "lost"):
        found.append(("end", f"its state was {'lost' if told.state_lost else 'kept'}"))
    said = "\n".join(told.texts)
    if "says" in case.facts and not re.search(case.facts["says"], said):
        found.append(("end", f"it does not say {case.facts['says']}: {_said(told)}"))
    if "tried(" in case.source and "refused: " not in said and told.status == "ok" and "went-through-" not in said:
        found.append(("end", "it has tried nothing"))
    for (name, refused), fetched in zip(case.gets, told.fetched, strict=True):
        if fetched.outcome == "ran":
            found.append(("ran", f"{name!r}: {fetched.detail}"))
        elif refused and fetched.outcome == "bytes":
            found.append(("fetched", f"{name!r} was fetched, {fetched.size} bytes"))
        elif fetched.size > MOST_BYTES:
            found.append(("fetched", f"{name!r} is larger than was asked for: {fetched.size} bytes"))
    return found


def _said(told: Told) -> str:
    return " ".join(" ".join(told.texts).split())[-300:]
