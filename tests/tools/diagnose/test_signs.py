"""Failures that small programs really raised, over the usual libraries of tables, arrays, tensors and models."""

import json
from pathlib import Path

import pytest

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose import diagnose
from mlpilot.tools.diagnose.read import own_line

CASES = Path(__file__).parent / "cases"
RAISED = [case for name in ("raised", "raised_usual") for case in json.loads((CASES / f"{name}.json").read_text())]


@pytest.mark.parametrize("case", RAISED, ids=[case["name"] for case in RAISED])
def test_each_is_placed_and_named(case: dict[str, str]) -> None:
    found = diagnose("error", CellError(case["type"], case["message"], case["traceback"]), "", "", case["source"])
    assert (found.line, found.kind) == (case["line"], case["kind"])


@pytest.mark.parametrize(
    ("type", "message", "kind"),
    [
        ("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has 1.1 GiB", "gpu-out-of-memory"),
        ("RuntimeError", "CUDA error: device-side assert triggered\nCompile with X", "device-side-assert"),
        ("AcceleratorError", "CUDA error: an illegal memory access was encountered", "gpu-failed"),
        ("RuntimeError", "Expected all tensors to be on the same device, but found cuda:0 and cpu!", "device-mismatch"),
        ("RuntimeError", "DataLoader worker (pid 41) is killed by signal: Killed. ", "worker-died"),
    ],
)
def test_failures_of_gpus_and_workers(type: str, message: str, kind: str) -> None:
    assert diagnose("error", CellError(type, message, ""), "", "", "x = 1\n").kind == kind


@pytest.mark.parametrize(
    ("traceback", "line"),
    [
        (
            'multiprocessing.pool.RemoteTraceback: \n"""\n  File "solution.py", line 3, in f\n"""\n'
            "\nThe above exception was the direct cause of the following exception:\n\n"
            '  File "solution.py", line 8, in <module>\n',
            3,
        ),
        (
            'joblib.externals.loky.process_executor._RemoteTraceback: \n"""\n  File "solution.py", line 3, in f\n"""\n'
            "\nThe above exception was the direct cause of the following exception:\n\n"
            '  File "solution.py", line 5, in <module>\n  File "/lib/joblib/parallel.py", line 9, in get\n',
            3,
        ),
        ('  + Exception Group Traceback (most recent call last):\n  |   File "solution.py", line 4, in f\n', 4),
        ("\x1b[36mFile\x1b[39m \x1b[32msolution.py:6\x1b[39m, in f()\n", 6),
        ('_RemoteTraceback:\n  File "solution.py", line 99\n  File "solution.py", line 2, in <module>', 2),
    ],
)
def test_the_line_in_other_processes_groups_and_colours(traceback: str, line: int) -> None:
    assert own_line(traceback, "\n" * 9) == line
