"""Run the hostile cells against every sandbox that works here. The walls hold if nothing at all is found."""

import argparse
import time
from collections.abc import Sequence
from typing import Any

from mlpilot.evals.command import load as machine_load
from mlpilot.evals.command import say, tell
from mlpilot.evals.hostile import cases as catalogue
from mlpilot.evals.hostile import peers
from mlpilot.evals.hostile.cases import Case
from mlpilot.evals.hostile.ground import Ground
from mlpilot.evals.hostile.runner import Runner
from mlpilot.evals.hostile.solutions import judged
from mlpilot.evals.hostile.verdicts import ESCAPES, Verdict, try_case
from mlpilot.sandbox.choose import probes
from mlpilot.sandbox.errors import UserError

WALLED = "mlpilot.evals.hostile.walled"


def main(argv: list[str]) -> int:
    """`--sandbox NAME --only CATEGORY|CASE --sample N --controls --peers --json`.

    3 if anything was found, or nothing was run, or a case that should do harm without walls did none.
    """
    options = _options(argv)
    cases = catalogue.sample(catalogue.load(options.only), options.sample)
    if not cases:
        categories = ", ".join(catalogue.CATEGORIES)
        raise UserError(f"no case is called {options.only!r}: name a category ({categories}) or a number")
    began = time.monotonic()
    found = {name: probe for name, probe in probes() if not options.sandbox or name in options.sandbox}
    if missing := set(options.sandbox) - found.keys():
        raise UserError(f"{', '.join(sorted(missing))} is no sandbox with walls; `mlpilot doctor` names them")
    backends: dict[str, Any] = {}
    verdicts: dict[str, list[Verdict]] = {}
    for name, probe in found.items():
        if not probe.works:
            backends[name] = {"skipped": f"{probe.detail}; {probe.remedy}".rstrip("; ")}
            say(f"{name} is skipped: {backends[name]['skipped']}")
            continue
        verdicts[name], left, seconds = run_backend(name, cases)
        backends[name] = summary(verdicts[name], left, seconds)
    outcome: dict[str, Any] = {"suite": "hostile", "backends": backends, "peers": {}, "load": machine_load()}
    table = markdown(backends, verdicts)
    if options.controls:
        outcome["controls"] = peers.controls(cases)
        table += "\n\n" + peers.controls_said(outcome["controls"])
    if options.peers:
        outcome["peers"] = peers.compare(cases)
        table += "\n\n" + peers.markdown(outcome["peers"])
    outcome["seconds"] = round(time.monotonic() - began, 1)
    tell(outcome, table, as_json=options.json)
    ran = [one for one in backends.values() if "skipped" not in one]
    shown = not outcome.get("controls", {}).get("nothing")
    return 0 if ran and shown and all(holds(one) for one in ran) else 3


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mlpilot eval hostile", description=__doc__)
    parser.add_argument("--sandbox", action="append", default=[], help="a backend; may be given several times (all)")
    parser.add_argument("--only", default="", help="categories or beginnings of names of cases, separated by commas")
    parser.add_argument("--sample", type=int, default=0, help="so many of them, spread evenly (all)")
    parser.add_argument("--controls", action="store_true", help="also without walls, to show that the cases work")
    parser.add_argument("--peers", action="store_true", help="also where others run code; installs what they need")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def run_backend(name: str, cases: Sequence[Case]) -> tuple[list[Verdict], list[str], float]:
    """The verdicts on one backend, what was left of it on the host, and the seconds that it all took."""
    began = time.monotonic()
    verdicts: list[Verdict] = []
    with Ground() as ground:
        runner = Runner(WALLED, [name, str(ground.data)], ground)
        try:
            for case in cases:
                verdict = judged(case, name, ground) if case.is_solution else try_case(case, runner, ground)
                verdicts.append(verdict)
                say(f"{name} {_line(verdict)}")
            left = runner.close()
        finally:
            runner.kill()
    return verdicts, left, time.monotonic() - began


def _line(verdict: Verdict) -> str:
    found = "; ".join(f"{kind}: {line}" for kind, line in verdict.findings)
    held = "held  " if verdict.held else "BROKEN"
    return f"{held} {verdict.case.name}: {verdict.status} {verdict.seconds:.1f} s {found}".rstrip()


def summary(verdicts: Sequence[Verdict], left: Sequence[str], seconds: float) -> dict[str, Any]:
    """The figures of one backend; what was found, case by case."""

    def names(*kinds: str) -> list[dict[str, str]]:
        return [
            {"case": one.case.name, "kind": kind, "what": line} for one in verdicts for kind, line in one.of(*kinds)
        ]

    return {
        "cases": len(verdicts),
        "held": sum(one.held for one in verdicts),
        "escapes": names(*ESCAPES),
        "hangs": names("hang"),
        "crashes": names("crash", "growth"),
        "wrong_ends": names("end", "useless"),
        "left": list(left),
        "seconds": round(seconds, 1),
    }


def holds(figures: dict[str, Any]) -> bool:
    """Whether nothing was found."""
    return figures["held"] == figures["cases"] and not figures["left"]


def markdown(backends: dict[str, Any], verdicts: dict[str, list[Verdict]]) -> str:
    """Cases that held, by category and backend; and below, each that did not."""
    lines = ["| | " + " | ".join(backends) + " |", "|---" * (len(backends) + 1) + "|"]
    for category in catalogue.CATEGORIES:
        row = []
        for name in backends:
            ones = [verdict for verdict in verdicts.get(name, []) if verdict.case.category == category]
            row.append(f"{sum(one.held for one in ones)} of {len(ones)} held" if ones else "–")
        lines.append(f"| {category} | " + " | ".join(row) + " |")
    for what in ("cases", "held", "escapes", "hangs", "crashes", "wrong_ends", "left", "seconds"):
        row = [one.get(what, "–") for one in backends.values()]
        lines.append(
            f"| {what.replace('_', ' ')} | " + " | ".join(str(len(x) if isinstance(x, list) else x) for x in row) + " |"
        )
    lines += ["", *(f"{name} was skipped: {one['skipped']}" for name, one in backends.items() if "skipped" in one)]
    for name, ones in verdicts.items():
        lines += [f"- {name} {one.case.name}: {kind}: {line}" for one in ones for kind, line in one.findings]
        lines += [f"- {name}: left behind: {thing}" for thing in backends[name]["left"]]
    return "\n".join(lines).rstrip()
