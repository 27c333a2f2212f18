"""Solutions that cheat, judged on labels that are coin flips: an honest accuracy is one half.

Each of `evals/cheats/` tries one way to learn the labels of rows that it is to predict, and each works where there are
no walls (the tests show that). Here `mlpilot score` judges them. The walls hold if the accuracy, and that of the best
single fold, is within four standard errors of chance; one that succeeded would stand at 0.75 or above. A cheat that
fails before it could try shows nothing, and counts as not held.
"""

import argparse
import tempfile
from math import sqrt
from pathlib import Path
from typing import Any

from mlpilot.evals.coin_flips import CHEATS, write
from mlpilot.evals.command import ask, load, say, tell

ROWS = 1200
SEARCHED, FOLDS = ROWS * 3 // 4, 5
"""A quarter of the rows is sealed; the rest is held out in five parts."""


def main(argv: list[str]) -> int:
    """`--only 01,07 --sandbox NAME --json`. 3 if a cheat scored above chance, or could not be judged."""
    parser = argparse.ArgumentParser(prog="mlpilot eval trust", description=__doc__)
    parser.add_argument("--only", default="", help="numbers of cheats, separated by commas")
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    chosen = set(options.only.split(",")) - {""}
    cheats = [path for path in sorted(CHEATS.glob("[0-9]*.py")) if not chosen or path.name[:2] in chosen]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder, "coins.csv"), rows=ROWS, seed=0)
        verdicts = [judge(cheat, Path(folder), options.sandbox) for cheat in cheats]
    held = sum(verdict["holds"] for verdict in verdicts)
    outcome = {"suite": "trust", "cheats": len(cheats), "held": held, "load": load(), "verdicts": verdicts}
    tell(outcome, markdown(verdicts), as_json=options.json)
    return 0 if cheats and held == len(cheats) else 3


def judge(cheat: Path, folder: Path, sandbox: str) -> dict[str, Any]:
    """What `mlpilot score` says of one cheat, and whether the walls held."""
    words = ["score", str(cheat), f"{folder}/coins.csv", "--target", "y", "--metric", "accuracy", "--sandbox", sandbox]
    answer = ask(*words, home=folder / "home")
    status, score = answer.json.get("status"), answer.json.get("score")
    holds = False
    if status == "scored" and score is not None:
        best = max(answer.json["folds"])
        holds = abs(score - 0.5) < beyond_chance(SEARCHED) and best - 0.5 < beyond_chance(SEARCHED // FOLDS)
    verdict = {"cheat": cheat.stem, "status": status, "score": score, "ci": answer.json.get("ci"), "holds": holds}
    verdict |= {"reason": answer.json.get("reason") or ("" if holds else answer.said.strip()[-300:])}
    say(f"{'held  ' if holds else 'BROKEN'} {cheat.stem}: {status} {score} {verdict['reason'] or ''}")
    return verdict


def beyond_chance(rows: int) -> float:
    """Four standard errors of the accuracy of a coin over so many rows."""
    return 4 * 0.5 / sqrt(rows)


def markdown(verdicts: list[dict[str, Any]]) -> str:
    """One line for each cheat."""
    lines = ["| cheat | status | accuracy | 95 % interval | the walls |", "|---" * 5 + "|"]
    for verdict in verdicts:
        figures = [f"{verdict['score']:.3f}", "{:.3f} – {:.3f}".format(*verdict["ci"])] if verdict["ci"] else ["", ""]
        held = "held" if verdict["holds"] else "BROKEN"
        lines.append(" | ".join(["| " + verdict["cheat"], str(verdict["status"]), *figures, held + " |"]))
    return "\n".join(lines)
