"""What is read from a traceback, which the sandbox can make as long and as odd as it likes."""

import time

import pytest

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose import Diagnosis, diagnose, repair_source
from mlpilot.tools.diagnose.read import own_line

SOURCE = "\n" * 20


@pytest.mark.parametrize(
    ("traceback", "line"),
    [
        ('Traceback:\n  File "/usr/lib/x.py", line 3, in f\n  File "solution.py", line 12, in fit\n    x()', 12),
        ("File solution.py:7, in fit(X, y)\n\nFile /usr/lib/x.py:900, in f()\n", 7),
        ("File solution.py:7, in fit(X, y)\nFile solution.py:9, in helper()\n", 9),
        ("File solution.py:" + "9" * 5000, None),
        ("File solution.py:21\nFile solution.py:22", 21),
        ("no frame at all", None),
    ],
)
def test_the_solutions_own_line(traceback: str, line: int | None) -> None:
    assert own_line(traceback, SOURCE) == line


@pytest.mark.parametrize(
    ("kind", "message", "traceback"),
    [
        ("E", "x", "File " * 40_000),
        ("E", "x", "File solution.py:\n" * 10_000),
        ("InvalidParameterError", "InvalidParameterError: The 'a' parameter of b must be  Got x" * 300, ""),
        ("InvalidParameterError", "The 'a' parameter of b must be " + " Got " * 4000, ""),
        ("ValueError", "Input contains NaN" + "\na" * 9000, ""),
        ("TypeError", "Could not convert " * 1000, ""),
    ],
)
def test_reading_takes_no_time_whatever_the_text(kind: str, message: str, traceback: str) -> None:
    started = time.perf_counter()
    assert diagnose("error", CellError(kind, message, traceback), "", "File " * 40_000, SOURCE).message
    assert time.perf_counter() - started < 1


def test_a_solution_with_other_arguments_is_told_the_contract() -> None:
    error = CellError("TypeError", "fit() got an unexpected keyword argument 'params'", "")
    found = diagnose("error", error, "", "", SOURCE)
    assert found.kind == "contract-error"
    assert "fit(X, y, *, params, seed, report)" in found.message
    library = CellError("TypeError", "SVC.fit() got an unexpected keyword argument 'params'", "")
    assert diagnose("error", library, "", "", SOURCE).kind == "unexpected-argument"


@pytest.mark.parametrize("message", ["invalid syntax (line 3)", "invalid syntax (solution.py, line 3)"])
def test_a_syntax_error_has_its_line(message: str) -> None:
    found = diagnose("error", CellError("SyntaxError", message, message), "", "", SOURCE)
    assert (found.kind, found.message, found.line) == ("syntax-error", "SyntaxError: invalid syntax (line 3)", 3)


@pytest.mark.parametrize(("kind", "argument"), [("did-not-converge", "max_iter"), ("too-slow", "n_estimators")])
def test_a_number_too_large_to_mean_anything_is_left_alone(kind: str, argument: str) -> None:
    source = f"def fit(X, y, **k):\n    return F({argument}=0x{'f' * 5000})\n"
    mended = repair_source(source, Diagnosis(kind, "it stopped"))
    assert mended is None or "f" * 5000 in mended[0]
