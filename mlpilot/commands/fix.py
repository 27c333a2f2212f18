"""Run a script or a notebook in the sandbox, find what is wrong with it, mend that with the smallest edit, and prove it
by rerunning. A notebook runs from its first cell to its last; lines of magic are left out.

The script sees the plain files beside it, read-only (never hidden ones, nor keys); --mount shows it more. Nothing is
written without --write, which keeps the old file beside the new one.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Self

from mlpilot.arguments import NO_WALLS, add_json, add_sandbox
from mlpilot.failures import BAD_ANSWER, DONE
from mlpilot.parser import Parser, value_of
from mlpilot.streams import answer, answer_json, clean, clean_block, is_terminal, note
from mlpilot.values import seconds

if TYPE_CHECKING:
    from mlpilot.scripts import Script
    from mlpilot.tools.mending.model import Mend
    from mlpilot.tools.mending.running import Runner

HELP = "mend a script or a notebook, and prove it by running it"
QUIET_SECONDS = 30.0
"""Where nobody sits before it, nothing is said of what is tried in the first half minute."""


def add_arguments(parser: Parser) -> None:
    """FILE, whether to write, the means."""
    parser.add_argument("file", metavar="FILE", help="a Python script or a notebook")
    parser.add_argument(
        "--write", action="store_true", help="put the mended script in its place, and keep the old one as FILE.bak"
    )
    add_sandbox(parser)
    parser.add_argument(
        "--timeout",
        metavar="S",
        type=value_of(seconds),
        default=120.0,
        help="for each run (default: 120); all runs together may take ten times that",
    )
    parser.add_argument(
        "--mount", metavar="PATH", action="append", default=[], help="a file or folder to be seen too, read-only"
    )
    add_json(parser)


def failure(kind: str, message: str) -> dict[str, object]:
    """The shape of `--json` when the script could not be run at all."""
    del kind
    return {"status": "failed", "diagnoses": [], "diff": "", "proof": None, "reason": message}


def main(args: argparse.Namespace) -> int:
    """Mend the script; 0 if it is healthy or was repaired, 3 if not."""
    from mlpilot.scripts import diff, read_script, refuse_unwritable, write_script

    script = read_script(Path(args.file))
    if args.write:  # said before minutes of work, and not after
        refuse_unwritable(script)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Python's own words on the script, each time that it is read
        mend = _mend(args, script)
    if script.cells is not None and not script.cells.notebook.broken:
        mend = script.cells.told(mend)
    shown = diff(script, mend.source)
    if not args.json:
        _show(mend, shown)
    if shown and args.write and _agreed(script, shown if args.json else ""):
        backup = write_script(script, mend.source)
        note(f"written: {clean(script.path)}; the old one is {clean(backup)}")
        if script.cells is not None:
            first = min(at for at, _, _ in script.cells.changes(mend.source)) + 1
            note(f"what cells printed is cleared from cell {first} on, for other code had printed it; run them again")
    elif shown:
        note("nothing was written" + ("" if args.write else "; --write does"))
    if args.json:  # last, so that a file that could not be written gives one object, too
        answer_json(as_json(mend, shown))
    return DONE if mend.status in ("healthy", "repaired") else BAD_ANSWER


def _mend(args: argparse.Namespace, script: "Script") -> "Mend":
    from mlpilot import neighbours
    from mlpilot.agent.settings import sandbox_for
    from mlpilot.packages import offer
    from mlpilot.tools.diagnose.static.inspect import broken_cells
    from mlpilot.tools.mending.loop import first_check, mend, unreadable, will_probe
    from mlpilot.tools.mending.model import Mend
    from mlpilot.tools.mending.patience import Patience
    from mlpilot.tools.mending.running import Runner

    path = str(script.path)
    if script.cells is not None and (broken_ones := broken_cells(script.cells.notebook, path)):
        return Mend("not_repaired", tuple(broken_ones), script.text, reason=broken_ones[0].message)
    read = first_check(script.text, path)
    if (broken := unreadable(read, script.text)) is not None:
        return broken
    asked = neighbours.asked_for(args.mount)
    seen, left_out = neighbours.beside(script.path)
    if left_out:
        note(f"note: {left_out} more files of that folder are not seen inside; name those it needs with --mount")
    mounts = {mount.target: mount for mount in [*seen, *asked]}
    mounts.pop(f"{neighbours.INSIDE}/{script.path.name}", None)  # the version to be run takes its place
    offer(args.sandbox)
    sandbox = sandbox_for(args.sandbox, args.gpus or "", note)
    if sandbox.name == "none":
        note(f"note: {NO_WALLS}")
    shared = list(mounts.values())
    link = neighbours.linking(shared, sandbox)
    with (
        Runner(sandbox, shared, link, script.path, script.text, args.timeout, probing=will_probe(read)) as runner,
        _Shown(runner) as shown,
    ):
        return mend(script.text, path, runner.run, read, Patience.of(args.timeout, shown.tell))


class _Shown:
    """What is tried, while it runs: at a terminal in one line that is gone in the end; elsewhere, where it takes long,
    a line for each."""

    def __init__(self, runner: "Runner") -> None:
        self._runner = runner
        self._width = 0
        self._tells = is_terminal(sys.stderr)
        self._began = time.monotonic()
        self._last = ""

    def tell(self, trying: str) -> None:
        """Before each run: what it tries."""
        if self._tells:
            self._put(f"run {self._runner.runs + 1}: {clean(trying)}; Ctrl-C stops it, and nothing is written")
        elif trying != self._last and time.monotonic() - self._began > QUIET_SECONDS:
            note(f"run {self._runner.runs + 1}: {clean(trying)}")
        self._last = trying

    def _put(self, text: str) -> None:
        print(f"\r{text[:79]:{self._width}}", end="", file=sys.stderr, flush=True)
        self._width = min(len(text), 79)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._tells:
            self._put("")
            print("\r", end="", file=sys.stderr, flush=True)


def as_json(mend: "Mend", shown: str) -> dict[str, object]:
    """The JSON shape of a script that was run."""
    from mlpilot.tools.diagnose.static.formats import as_json as findings

    diagnoses = [
        entry | {"evidence": one.evidence, "confidence": one.confidence}
        for one, entry in zip(mend.diagnoses, findings(mend.diagnoses), strict=True)
    ]
    proof = None
    if mend.proofs:
        said = {name: "; ".join(getattr(one, name) for one in mend.proofs) for name in ("what", "before", "after")}
        proof = {**said, "seeds": mend.runs}
    return {"status": mend.status, "diagnoses": diagnoses, "diff": shown, "proof": proof, "reason": mend.reason}


def _show(mend: "Mend", shown: str) -> None:
    """What was found, as `check` prints it, the diff, and what was proven."""
    from mlpilot.findings_view import print_findings

    print_findings(mend.diagnoses, 1, "text", source=sys.stdout.isatty())
    if shown:
        answer(clean_block(shown).rstrip("\n"))
    for change in mend.changes:
        note(f"changed: {clean(change)}")
    for proof in mend.proofs:
        answer(f"proven: {clean(proof.what)}; before: {clean(proof.before)}; after: {clean(proof.after)}")
    said = {
        "healthy": "healthy: it runs to its end, and neither reading nor running it shows that anything is wrong",
        "repaired": f"repaired, and seen in {mend.runs} runs",
        "not_repaired": "not repaired",
        "failed": "it could not be judged",
    }[mend.status]
    answer(clean(f"{said}: {mend.reason}" if mend.reason else said))


def _agreed(script: "Script", shown: str) -> bool:
    """Without a terminal the option is the yes; at one the diff is shown (if it was not), and the answer waited for."""
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    if shown:
        note(clean_block(shown))
    print(f"write {clean(script.path)}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
