"""Kill a run at random moments, resume it, and compare with one that nobody disturbed.

The mlpilot process gets SIGKILL, as in a crash: it can neither clean up nor say goodbye. Moments are drawn uniformly
between a run's being journaled and its end. After each kill, `mlpilot resume` must finish; what was
scored before must stand there with the same score and the same time (so it was not run again); and the final board
(numbers, names, parameters, scores, blends) and the test score must equal the undisturbed run's.
"""

import argparse
import random
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from sklearn.datasets import load_wine

from mlpilot.agent.journal import Entry, Journal
from mlpilot.evals.command import ask, load, parse, say, start, tell


def main(argv: list[str]) -> int:
    """`--kills N --experiments N --seed N --sandbox NAME --json`. 3 if anything was lost, done twice, or differs."""
    parser = argparse.ArgumentParser(prog="mlpilot eval kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--experiments", type=int, default=12, help="--max-experiments of the run")
    parser.add_argument("--seed", type=int, default=0, help="of the moments; the run's own seed is 0")
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load_wine(as_frame=True).frame.to_csv(folder / "wine.csv", index=False)
        words = ["run", str(folder / "wine.csv"), "--target", "target", "--seed", "0", "--sandbox", options.sandbox]
        words += ["--max-experiments", str(options.experiments)]
        whole = undisturbed(words, folder / "undisturbed")
        say(f"undisturbed: {len(whole.board)} experiments in {whole.seconds:.1f} s")
        dice = random.Random(options.seed)
        moments = [dice.uniform(0, whole.seconds) for _ in range(options.kills)]
        kills = [disturb(words, moment, folder / f"kill-{n}", whole) for n, moment in enumerate(moments, 1)]
    clean = sum(not kill["wrong"] for kill in kills)
    outcome = {"suite": "kill", "kills": len(kills), "clean": clean, "load": load(), "seconds": whole.seconds}
    outcome |= {"board": whole.board, "moments": kills}
    tell(outcome, markdown(kills), as_json=options.json)
    return 0 if clean == len(kills) and whole.board else 3


class Ended:
    """A run that came to its end: its board, its answer, and how long it took."""

    def __init__(self, home: Path, code: int, answer: dict[str, Any], seconds: float) -> None:
        self.code, self.answer, self.seconds = code, answer, seconds
        self.board = [line(entry) for entry in entries(home)]
        self.test = (answer.get("test") or {}).get("score")


def undisturbed(words: list[str], home: Path) -> Ended:
    """The run that nobody kills; its seconds count from when it was journaled. Raises `RuntimeError` if it fails."""
    process = start(*words, "--json", home=home)
    wait_until_journaled(process, home)
    began = time.monotonic()
    printed, said = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the undisturbed run did not finish: {said.strip()}")
    return Ended(home, process.returncode, parse(printed), time.monotonic() - began)


def wait_until_journaled(process: subprocess.Popen[str], home: Path) -> None:
    """Return once the run is in the Journal: before that there is nothing to resume."""
    while True:
        try:
            with sqlite3.connect(f"file:{home / 'journal.db'}?mode=ro", uri=True) as connection:
                if connection.execute("select count(*) from runs").fetchone()[0]:
                    return
        except sqlite3.OperationalError:  # not there yet
            pass
        if process.poll() is not None:
            raise RuntimeError(f"the run did not start: {process.communicate()[1].strip()}")
        time.sleep(0.02)


def entries(home: Path) -> list[Entry]:
    """The experiments of the newest run in this state folder."""
    with Journal.open(home) as journal:
        names = journal.names()
        return journal.experiments(names[0]) if names else []


def line(entry: Entry) -> dict[str, Any]:
    """What must be equal, of one experiment."""
    score = [entry.score.value, *entry.score.folds] if entry.score else None
    return {
        "number": entry.number,
        "name": entry.name,
        "status": entry.status,
        "params": dict(entry.params),
        "members": entry.members,
        "score": score,
    }


def disturb(words: list[str], moment: float, home: Path, whole: Ended) -> dict[str, Any]:
    """Start, kill `moment` seconds after it was journaled, resume, compare."""
    process = start(*words, "--json", home=home)
    wait_until_journaled(process, home)
    try:
        process.communicate(timeout=moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    before = {entry.number: entry for entry in entries(home) if entry.status != "open"}
    answer = ask("resume", home=home)
    after = Ended(home, answer.code, answer.json, answer.seconds)
    wrong = [f"resume ended with exit code {answer.code}: {answer.said.strip()[-200:]}"] if answer.code else []
    wrong += lost_or_repeated(before, {entry.number: entry for entry in entries(home)})
    wrong += differences(whole, after)
    say(f"killed after {moment:5.1f} s with {len(before)} judged: {'; '.join(wrong) or 'resumed, nothing lost'}")
    return {"moment": moment, "judged_before": len(before), "resumed_in": answer.seconds, "wrong": wrong}


def lost_or_repeated(before: dict[int, Entry], after: dict[int, Entry]) -> list[str]:
    """What was judged before the kill must stand there untouched, and nothing may have been run under the same key."""
    wrong = []
    for number, entry in before.items():
        now = after.get(number)
        if now is None or now.score != entry.score:
            wrong.append(f"#{number} was lost")
        elif now.seconds != entry.seconds:
            wrong.append(f"#{number} was run again")
    keys = [entry.key for entry in after.values() if entry.key and entry.status == "scored" and not entry.reused]
    wrong += [f"{len(keys) - len(set(keys))} scored twice"] if len(set(keys)) < len(keys) else []
    return wrong


def differences(whole: Ended, after: Ended) -> list[str]:
    """How the final board and the test score differ from the undisturbed run's."""
    wrong = []
    if len(whole.board) != len(after.board):
        wrong.append(f"{len(after.board)} experiments, undisturbed {len(whole.board)}")
    for expected, found in zip(whole.board, after.board, strict=False):
        wrong += [f"#{found['number']} {key} differs" for key in expected if expected[key] != found[key]]
    best = [(run.answer.get("best") or {}).get("experiment") for run in (whole, after)]
    if best[0] != best[1]:
        wrong.append(f"best is #{best[1]}, undisturbed #{best[0]}")
    if whole.test != after.test:
        wrong.append(f"test score {after.test}, undisturbed {whole.test}")
    return wrong


def markdown(kills: list[dict[str, Any]]) -> str:
    """One line for each kill."""
    lines = ["| killed after | judged before | resumed in | what went wrong |", "|---" * 4 + "|"]
    for kill in kills:
        words = "; ".join(kill["wrong"]) or "nothing"
        lines.append(f"| {kill['moment']:.1f} s | {kill['judged_before']} | {kill['resumed_in']:.1f} s | {words} |")
    return "\n".join(lines)
