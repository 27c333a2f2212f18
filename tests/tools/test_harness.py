"""What comes back from a Job is measured, and nothing odd in it reaches beyond the harness."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlpilot.sandbox.protocol import CellResult
from mlpilot.tools.harness import Job, Outcome, run_job

CLASSES = ("no", "yes", "perhaps")


class Sandboxed:
    """A pool and a Session in one, whose Cell ends as the test says."""

    def __init__(self, **buffers: bytes) -> None:
        self.buffers = buffers
        self.asked: dict[str, Any] = {}

    def session(self) -> "Sandboxed":
        return self

    def run(self, code: str, **options: Any) -> CellResult:
        del code
        self.asked = options
        return CellResult("ok", buffers=self.buffers)

    def __enter__(self) -> "Sandboxed":
        return self

    def __exit__(self, *error: object) -> None: ...


def job(**options: Any) -> Job:
    rows = np.arange(10, dtype=np.int32)
    labels = np.zeros(10, dtype=np.int32)
    return Job("", {}, 0, "y", CLASSES, rows, labels, rows, **options)


def outcome(asked: Job, **buffers: bytes) -> Outcome:
    return run_job(Sandboxed(**buffers), asked, timeout=None)  # type: ignore[arg-type]


def prediction(*shape: int) -> bytes:
    return json.dumps({"kind": "probabilities", "shape": shape}).encode() + b"\n" + bytes(8 * abs(int(np.prod(shape))))


GOOD = b'{"fit_seconds": 1.5}'


@pytest.mark.parametrize(
    "facts",
    [
        b"",
        b'{"fit_seconds": 1' + b"0" * 400 + b"}",
        b'{"fit_seconds": 1' + b"0" * 9000 + b"}",
        b'{"fit_seconds": 1e999}',
        b'{"fit_seconds": NaN}',
        b'{"fit_seconds": []}',
        b'{"fit_seconds": 1, "untrusted": {"a": 1}}',
        b"[]",
        b"[" * 10_000,
        b'{"fit_seconds": 1, "a": [' + b"{}," * 30_000 + b"{}]}",
    ],
)
def test_facts_that_make_no_sense_are_no_end(facts: bytes) -> None:
    assert outcome(job(), facts=facts, prediction=prediction(10, 3)).status == "killed"


def test_names_of_types_are_cleaned_and_bounded() -> None:
    names = ["sklearn\x1b[31m.Thing", "x" * 5000, 7]
    facts = json.dumps({"fit_seconds": 1, "untrusted": names}).encode()
    ended = outcome(job(dump=True), facts=facts, model=b"m")
    assert ended.model == b"m"
    assert ended.untrusted == ("sklearn.Thing", "x" * 200 + "…", "")


def test_a_model_is_taken_only_where_it_was_asked_for() -> None:
    assert outcome(job(), facts=GOOD, model=b"m").model is None


@pytest.mark.parametrize("name", ["shuffled ² 0", "shuffled 0 ٣", "shuffled 1 0", "shuffled 0 3", "shuffled 0 0 0"])
def test_only_shuffles_that_were_asked_for_are_taken(name: str) -> None:
    asked = job(shuffle=("a",), repeats=3)
    good = {"facts": GOOD, "shuffled 0 2": prediction(10, 3)}
    assert set(outcome(asked, **good, **{name: prediction(10, 3)}).shuffled) == {("a", 2)}


@pytest.mark.parametrize("shape", [(-1, -1), (-10,), (), (1, 2, 3), (0, -5)])
def test_a_shape_that_is_none_is_no_prediction(shape: tuple[int, ...]) -> None:
    assert outcome(job(), facts=GOOD, prediction=prediction(*shape)).prediction is None


def test_a_job_may_send_back_what_was_asked_for_and_a_little_more() -> None:
    def most(asked: Job) -> int | None:
        pool = Sandboxed(facts=GOOD)
        run_job(pool, asked, timeout=None)  # type: ignore[arg-type]
        found: int | None = pool.asked["buffer_bytes"]
        return found

    plain, shuffled = most(job()), most(job(shuffle=("a", "b"), repeats=2, shuffle_rows=5))
    assert plain is not None and shuffled is not None
    assert 10 * 3 * 8 < plain < 2**25
    assert shuffled - plain == 4 * (5 * 3 * 8 + 200)
    assert most(job(dump=True)) is None


def test_a_solution_that_exits_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(__file__).parents[2] / "tools" / "inside" / "mlpilot_harness.py"
    monkeypatch.syspath_prepend(path.parent)  # as the sandbox does
    monkeypatch.setattr("sys.meta_path", [*sys.meta_path])
    spec = importlib.util.spec_from_file_location("mlpilot_harness", path)
    assert spec and spec.loader
    inside = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(inside)
    header = {"source": "import sys\nsys.exit(0)", "seed": 0, "classes": None}
    with pytest.raises(RuntimeError, match=r"called sys\.exit"):
        inside.work([memoryview(json.dumps(header).encode()), b"", b"", b""], print)
