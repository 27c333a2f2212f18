"""What `mlpilot doctor` says at a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from mlpilot.agent.report.words import clip
from mlpilot.checkup import Checkup
from mlpilot.findings import Finding
from mlpilot.screen import for_answers, print_beside
from mlpilot.streams import clean

_MARKS = {"ok": ("ok", "green"), "warning": ("look", "yellow"), "missing": ("no", "red")}


def print_checkup(found: Checkup) -> None:
    """Everything, and at the end what a run would use."""
    console = for_answers()
    _print_findings(console, "this machine", found.machine)
    _print_findings(console, "sandboxes, strongest first (a run takes the first that works)", found.sandboxes)
    _print_findings(console, "to think with", found.thinkers)
    if found.extra:
        _print_findings(console, "sandboxes, put to the test", found.extra)
        _print_promises(console, found)
    console.print(Text("packages", style="bold"))
    lacking = [name for name, version in found.packages.items() if version is None]
    versions = ", ".join(f"{name} {version}" for name, version in found.packages.items() if version is not None)
    print_beside(console, Text("  "), versions)
    if lacking:
        print_beside(console, Text("  missing: ", style="red"), f"{', '.join(lacking)}; reinstall mlpilot")
    console.print()
    if found.sandbox is None:
        console.print(Text("No sandbox works here, so nothing can be run yet: see the remedies above."))
    elif found.broken:
        print_beside(
            console, Text(), f"{found.sandbox} does not hold what it promises: run nothing until that is mended."
        )
    elif found.blocking:
        print_beside(console, Text(), f"A run would not begin: see to {', '.join(found.blocking)}.")
    else:
        print_beside(console, Text(), f"A run would use: {found.sandbox}, {_brain(found)}.")


def _print_promises(console: Console, found: Checkup) -> None:
    """Each group of promises, and how many of them each sandbox holds."""
    console.print(Text("what they promise", style="bold"))
    reports = [one.report for one in found.tested if one.report is not None]
    groups = list(dict.fromkeys(check.group for report in reports for check in report.checks))
    width = max((len(group) for group in groups), default=0)
    for group in groups:
        counts = []
        for report in reports:
            asked = [check for check in report.checks if check.group == group and check.status in ("held", "broken")]
            held = sum(check.status == "held" for check in asked)
            counts.append(f"{report.backend} {held} of {len(asked)}" if asked else f"{report.backend} –")
        print_beside(console, Text(f"  {group:<{width}}  "), ", ".join(counts))
    print_beside(console, Text("  "), "each of them, and what was seen: mlpilot doctor --deep --json")
    console.print()


def _brain(found: Checkup) -> str:
    if found.model is None:
        return "the built-in brain"
    return f"{clip(clean(found.model), 120)} with the built-in brain beside it"


def _print_findings(console: Console, title: str, findings: Sequence[Finding]) -> None:
    console.print(Text(title, style="bold"))
    names = max((len(item.name) for item in findings), default=0)
    for item in findings:
        mark, style = _MARKS[item.state]
        margin = Text(f"  {item.name:<{names}}  ").append(f"{mark:<4}", style=style).append("  ")
        print_beside(console, margin, clean(item.detail))
        if item.remedy:
            print_beside(console, Text(" " * len(margin)), f"→ {clean(item.remedy)}")
    console.print()
