"""Cross-validation as most tools do it: folds one after another, with nothing between them.

Reads jobs from standard input, one JSON object a line: `solution` and `data` (paths), `folder` (to work in, and HOME),
`apart` (a process for each fold, or one for all). Answers each with a JSON list of [row, prediction].
"""

import json
import os
import runpy
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from sklearn.model_selection import StratifiedKFold

FOLDS = 4
LEFT: list[str] = []
"""What children have left in their folders, by name."""


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        groups = [[fold] for fold in range(FOLDS)] if job["apart"] else [list(range(FOLDS))]
        print(json.dumps([answer for group in groups for answer in in_child(job, group)]), flush=True)


def in_child(job: dict[str, str], folds: Sequence[int]) -> list[list[int]]:
    """The answers for these folds, from a process of their own, which has ended when this returns."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.chdir(job["folder"])
        os.environ["HOME"] = tempfile.tempdir = job["folder"]
        sys.path.insert(0, job["folder"] + "/library")
        sys.argv = [job["folder"] + "/kernel.json"]  # as a kernel is started: with its connection file
        with os.fdopen(into, "w") as pipe:
            json.dump(cross_validate(job["solution"], job["data"], folds), pipe)
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as pipe:
        answers: list[list[int]] = json.load(pipe)
    os.waitpid(child, 0)
    LEFT.extend(map(str, Path(job["folder"]).iterdir()))  # as whoever cleans up and keeps a log would
    return answers


def cross_validate(solution: str, data: str, folds: Sequence[int]) -> list[list[int]]:
    table = pd.read_csv(data)
    X, y = table.drop(columns="y"), table["y"]
    module = runpy.run_path(solution)
    params: dict[str, object] = {}
    answers: list[list[int]] = []
    for number, (train, held_out) in enumerate(StratifiedKFold(FOLDS).split(X, y)):
        if number in folds:
            model = module["fit"](X.iloc[train], y.iloc[train], params=params, seed=0, report=report)
            predictions = map(int, module["predict"](model, X.iloc[held_out]))
            answers += map(list, zip(held_out.tolist(), predictions, strict=True))
    return answers


def report(**progress: float) -> None:
    """Takes progress, and does nothing with it."""


if __name__ == "__main__":
    main()
