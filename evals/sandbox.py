"""Sandboxes as a person meets them: how long they wait, and that nothing is left behind, not even by a crash.

Three parts, for each backend that works here: `latencies` (`evals.sandbox_latencies` defines each figure), `sessions`
opened and closed in a row (`evals.sandbox_sessions`), and `kills` (`evals.sandbox_kills`). Medians are taken over
several tries, since load can only add; the load stands beside them.
"""

import argparse
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from mlpilot.evals import sandbox_kills, sandbox_latencies, sandbox_sessions
from mlpilot.evals.command import ask, load, say, tell
from mlpilot.sandbox.choose import choose, probes
from mlpilot.sandbox.errors import NoSandboxError

LIMITS = {
    "warm_first_cell_s": 0.05,
    "round_trip_s": 0.005,
    "output_mb_per_s": 50.0,
    "host_growth_mb": 64.0,
    "replace_s": 0.5,
    "fold_wall_s": 0.1,
}
"""What was promised: at most so much, of the rate of output at least."""
PARTS = ("latencies", "sessions", "kills")


def main(argv: list[str]) -> int:
    """`--only PART --times N --sessions N --kills N --seed N --sandbox NAME --json`. 3 if a promise is broken."""
    parser = argparse.ArgumentParser(prog="mlpilot eval sandbox", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="a part (default: all three)")
    parser.add_argument("--times", type=int, default=5, help="cold starts for each latency")
    parser.add_argument("--sessions", type=int, default=20, help="opened and closed in a row")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    parser.add_argument("--sandbox", help="one backend (default: each with walls)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    parts = options.only or PARTS
    outcome: dict[str, Any] = {"suite": "sandbox", "backends": {}, "sessions": {}, "kills": {}, "limits": LIMITS}
    for name, reason in [(options.sandbox, "")] if options.sandbox else backends():
        if reason:
            outcome["backends"][name] = {"reason": reason}
            say(f"{name} does not work here: {reason}")
            continue
        outcome["backends"][name] = latencies(name, options.times) if "latencies" in parts else {}
        if "sessions" in parts:
            outcome["sessions"][name] = sandbox_sessions.measure(choose(name), options.sessions)
        if "kills" in parts:
            outcome["kills"][name] = sandbox_kills.measure(name, options.kills, options.seed)
    outcome |= {"load": load(), "broken": broken(outcome)}
    tell(outcome, markdown(outcome), as_json=options.json)
    return 3 if outcome["broken"] else 0


def backends() -> list[tuple[str, str]]:
    """Each sandbox with walls, and why it does not work where it does not."""
    return [(name, "" if probe.works else f"{probe.detail}; {probe.remedy}") for name, probe in probes()]


def latencies(name: str, times: int) -> dict[str, float]:
    """The figures of `evals.sandbox_latencies`, and `exec_s`: the whole command `mlpilot exec` with a Cell of `1`."""
    found = sandbox_latencies.measure(choose(name), times)
    with TemporaryDirectory() as folder:
        Path(folder, "one.py").write_text("1\n")
        answers = [ask("exec", f"{folder}/one.py", "--sandbox", name, home=Path(folder)) for _ in range(times)]
    if failed := [answer.said for answer in answers if answer.code]:
        raise NoSandboxError(f"mlpilot exec failed: {failed[0].strip()[-300:]}")
    return found | {"exec_s": median(answer.seconds for answer in answers)}


def broken(outcome: dict[str, Any]) -> list[str]:
    """The promises that were not kept, in words."""
    wrong = []
    for name, found in outcome["backends"].items():
        for what, limit in LIMITS.items():
            short = what in found and (found[what] < limit if what == "output_mb_per_s" else found[what] > limit)
            wrong += [f"{name}: {what} is {found[what]:.4g}, promised {limit:g}"] if short else []
    for name, found in outcome["sessions"].items():
        wrong += [f"{name}: {thing} left by {found['sessions']} sessions" for thing in found["left"]]
        # What a short series costs is the last of warming up.
        if found["sessions"] >= 200 and found["growth"] > sandbox_sessions.GROWTH:
            wrong.append(f"{name}: each session costs {found['growth']:.0f} bytes of the host for good")
    for name, found in outcome["kills"].items():
        wrong += [f"{name}: {thing} left by a kill" for thing in found["volumes"]]
        wrong += [f"{name}: {thing} left by a kill" for kill in found["moments"] for thing in kill["left"]]
    return wrong


def markdown(outcome: dict[str, Any]) -> str:
    """A table of latencies, a line for each series of sessions and of kills, and what was broken."""
    measured = {name: found for name, found in outcome["backends"].items() if found}
    figures = list(dict.fromkeys(what for found in measured.values() for what in found if what != "reason"))
    lines = [f"| | {' | '.join(measured)} | promised |", "|---" * (len(measured) + 2) + "|"] if figures else []
    for what in figures:
        cells = [f"{found[what]:.3g}" if what in found else "–" for found in measured.values()]
        lines.append(f"| {what} | {' | '.join(cells)} | {LIMITS.get(what, '')} |")
    for name, found in measured.items():
        lines += [f"- {name} does not work here: {found['reason']}"] if "reason" in found else []
    for name, found in outcome["sessions"].items():
        words = f"{found['sessions']} sessions ({found['opened']} of them with a sandbox of their own)"
        lines.append(f"- {name}: {words} in {found['seconds']:.0f} s, {found['growth']:.0f} bytes each for good")
    for name, found in outcome["kills"].items():
        lines.append(f"- {name}: of {found['kills']} kills {found['clean']} left nothing")
    return "\n".join([*lines, *(f"- broken: {words}" for words in outcome["broken"])])
