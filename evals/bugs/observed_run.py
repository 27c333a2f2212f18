"""Run scripts of the corpus and write down what their cases ask to see; stands alone, for any interpreter on Unix.

    python observed_run.py [PACKAGE ...]

imports those packages that it has, then reads jobs from standard input, one JSON object a line: `folder`, `seconds`,
`probe` (an expression over the script's globals) and `fitted` (an estimator whose `fit` is watched); either may be "".
Each job runs script.py in a forked child, in its folder, where out.txt, err.txt and answer.json are left: the
exception that ended the script, what the probe gave, and the most rows that the estimator was fitted on. A line is
printed when it is done. The packages are imported once, which is most of what a short script takes.
"""

import contextlib
import importlib
import json
import os
import runpy
import signal
import sys
import traceback
from pathlib import Path
from typing import Any


def rows_of(data: Any) -> int:
    """Rows of a matrix, a frame, or a list."""
    shape = getattr(data, "shape", None)
    return int(shape[0]) if shape else len(data)


def watch(name: str, seen: list[int]) -> None:
    """Note the rows that scikit-learn's estimator of this name is fitted on, however it is called."""
    from sklearn.utils import all_estimators

    (found,) = [estimator for known, estimator in all_estimators() if known == name]
    for method in ("fit", "fit_transform", "partial_fit"):
        if hasattr(found, method):
            kept = getattr(found, method)

            def noted(self: Any, X: Any, *rest: Any, kept: Any = kept, **more: Any) -> Any:
                seen.append(rows_of(X))
                return kept(self, X, *rest, **more)

            setattr(found, method, noted)


def observe(probe: str, fitted: str) -> dict[str, Any]:
    """Run script.py of the current folder, and say what was seen."""
    sys.argv = ["script.py"]
    sys.path.insert(0, str(Path.cwd()))
    seen: list[int] = []
    said: dict[str, Any] = {}
    try:
        if fitted:
            watch(fitted, seen)
        left = runpy.run_path("script.py", run_name="__main__")
        if probe:
            said["probe"] = str(eval(probe, left))
    except BaseException as error:  # noqa: BLE001 - whatever ends the script is the answer
        if not (isinstance(error, SystemExit) and not error.code):
            traceback.print_exc()
            said["raised"] = [kind.__name__ for kind in type(error).__mro__]
            said["text"] = str(error)
    return said | {"fitted": max(seen, default=0)}


def child(job: dict[str, Any]) -> None:
    """One job, in a process of its own; never returns."""
    signal.alarm(job["seconds"])
    os.chdir(job["folder"])
    for descriptor, name in ((1, "out.txt"), (2, "err.txt")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), descriptor)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # or every child would go on from the parent's state
    if "torch" in sys.modules:
        sys.modules["torch"].seed()
    said = observe(job["probe"], job["fitted"])
    sys.stdout.flush()
    sys.stderr.flush()
    Path("answer.json").write_text(json.dumps(said), encoding="utf-8")
    os._exit(0)


def main() -> None:
    """Import, then serve until standard input ends."""
    for name in sys.argv[1:]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if not pid:
            child(job)
        os.waitpid(pid, 0)
        print("done", flush=True)


if __name__ == "__main__":
    main()
