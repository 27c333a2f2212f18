"""Run one script of the corpus and write down what its case asks to see; stands alone, for any interpreter.

    python observed_run.py SCRIPT ANSWER PROBE FITTED

PROBE is an expression over the script's globals, FITTED the name of an estimator whose `fit` is watched; either may
be empty. ANSWER becomes JSON: the exception's type and text if one ended the script, what the probe gave, and the
most rows that the estimator was fitted on.
"""

import json
import runpy
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
        if method in found.__dict__ or (method == "fit" and hasattr(found, method)):
            kept = getattr(found, method)

            def noted(self: Any, X: Any, *rest: Any, kept: Any = kept, **more: Any) -> Any:
                seen.append(rows_of(X))
                return kept(self, X, *rest, **more)

            setattr(found, method, noted)


def main() -> None:
    """Read the arguments, run, write the answer."""
    script, answer, probe, fitted = sys.argv[1:5]
    sys.argv = [script]
    sys.path.insert(0, str(Path.cwd()))
    seen: list[int] = []
    said: dict[str, Any] = {}
    if fitted:
        watch(fitted, seen)
    try:
        left = runpy.run_path(script, run_name="__main__")
        if probe:
            said["probe"] = str(eval(probe, left))
    except BaseException as error:  # noqa: BLE001 - whatever ends the script is the answer
        if not (isinstance(error, SystemExit) and not error.code):
            traceback.print_exc()
            said["raised"] = [kind.__name__ for kind in type(error).__mro__]
            said["text"] = str(error)
    said["fitted"] = max(seen, default=0)
    Path(answer).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main()
