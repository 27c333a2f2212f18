"""The same cells where others run code: AIDE's interpreter, a container as AutoGen's documents describe it, no walls.

What reaches the outer wall, or the host in it, counts against them: a secret read, a connection made, a file changed
(escapes), a host that waits (hangs), a host that dies, or memory, processes or disk without bound (harm).
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from mlpilot.evals.command import say
from mlpilot.evals.hostile import container, outer
from mlpilot.evals.hostile.cases import CATEGORIES, Case
from mlpilot.evals.hostile.verdicts import ESCAPES

AIDE = "aideml==0.2.2"
_AIDE_NEEDS = ("humanize", "dataclasses-json", "marshmallow<4", "typing-inspect", "mypy-extensions", "shutup")
"""What its interpreter imports; the whole of it weighs gigabytes."""
_INSTALL_SECONDS = 300

Answer = dict[str, Any]


def controls(cases: Sequence[Case]) -> dict[str, Any]:
    """Whether each case does its harm where there are no walls; those that could not show it, with the reason."""
    if reason := outer.why_not():
        say(f"controls are skipped: {reason}")
        return {"skipped": reason}
    possible = [case for case in cases if not case.no_control]
    answers = {case.name: _told("no walls", case, outer.run(case, "plain", root=True)) for case in possible}
    return {
        "cases": len(possible),
        "work": sum(bool(answer.get("findings")) for answer in answers.values()),
        "nothing": [name for name, answer in answers.items() if not answer.get("findings")],
        "not_possible": {case.name: case.no_control for case in cases if case.no_control},
    }


def controls_said(figures: dict[str, Any]) -> str:
    """The controls in a few lines."""
    if "skipped" in figures:
        return f"The controls were skipped: {figures['skipped']}"
    lines = [f"Without walls {figures['work']} of {figures['cases']} cases do what they try."]
    lines += [f"- {name} does nothing there" for name in figures["nothing"]]
    return "\n".join([*lines, f"{len(figures['not_possible'])} cannot be shown there; their files say why."])


def compare(cases: Sequence[Case]) -> dict[str, Any]:
    """For each peer its figures by category, or why it was skipped."""
    return {"aide": _compare_aide(cases), "autogen-style container": _compare_container(cases)}


def _compare_aide(cases: Sequence[Case]) -> dict[str, Any]:
    if reason := outer.why_not():
        return _skipped("aide", f"no outer wall can be had: {reason}")
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        Path(folder).chmod(0o755)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        try:
            subprocess.run(
                [*command, AIDE, *_AIDE_NEEDS], check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS
            )
        except subprocess.CalledProcessError as error:
            return _skipped("aide", f"{AIDE} could not be installed: {' '.join(error.stderr.split())[-200:]}")
        except subprocess.TimeoutExpired:
            return _skipped("aide", f"{AIDE} could not be installed in {_INSTALL_SECONDS} s")
        return _figures(
            "aide", cases, lambda case: outer.run(case, "aide", folder, root=False, library=Path(folder))
        ) | {"version": AIDE}


def _compare_container(cases: Sequence[Case]) -> dict[str, Any]:
    if reason := container.why_not():
        return _skipped("autogen-style container", reason)
    return _figures("autogen-style container", cases, container.run)


def _skipped(name: str, reason: str) -> dict[str, Any]:
    say(f"{name} is SKIPPED: {reason}")
    return {"skipped": reason}


def _figures(name: str, cases: Iterable[Case], run: Callable[[Case], Answer]) -> dict[str, Any]:
    ran: list[tuple[Case, Answer]] = []
    left_out: dict[str, str] = {}
    for case in cases:
        answer = {"skipped": "it needs a Jupyter kernel"} if case.needs_kernel else _told(name, case, run(case))
        if "skipped" in answer:
            left_out[case.name] = answer["skipped"]
        else:
            ran.append((case, answer))
    table = {}
    for category in CATEGORIES:
        answers = [answer for case, answer in ran if case.category == category]
        if answers:
            table[category] = {
                "cases": len(answers),
                "escapes": _with(answers, ESCAPES),
                "hangs": _with(answers, {"hang"}),
                "harm": _with(answers, {"crash", "growth"}),
            }
    found = {case.name: answer["findings"] for case, answer in ran if answer["findings"]}
    return {"cases": len(ran), "by_category": table, "findings": found, "left_out": left_out}


def _with(answers: Iterable[Answer], kinds: set[str]) -> int:
    return sum(any(kind in kinds for kind, _ in answer["findings"]) for answer in answers)


def _told(name: str, case: Case, answer: Answer) -> Answer:
    lines = "; ".join(f"{kind}: {line}" for kind, line in answer.get("findings", []))
    lines = lines or answer.get("skipped", "nothing")
    say(f"{name} {case.name}: {answer.get('status', 'skipped')}; {lines[:300]}")
    return answer


def markdown(peers: dict[str, Any]) -> str:
    """Escapes, hangs and harm by category, of so many cases each."""
    ran = {name: figures for name, figures in peers.items() if "skipped" not in figures}
    lines = ["| escapes, hangs, harm (of cases) | " + " | ".join(ran) + " |", "|---" * (len(ran) + 1) + "|"]
    for category in CATEGORIES:
        row = []
        for figures in ran.values():
            one = figures["by_category"].get(category)
            row.append(f"{one['escapes']}, {one['hangs']}, {one['harm']} (of {one['cases']})" if one else "–")
        lines.append(f"| {category} | " + " | ".join(row) + " |")
    lines += [f"\n{name} was skipped: {figures['skipped']}" for name, figures in peers.items() if "skipped" in figures]
    return "\n".join(lines)
