"""`mlpilot eval sandbox`, sampled: what it measures, what it finds left behind, and that its verdict can be no."""

import json
import os
import subprocess
import sys

from mlpilot.evals import sandbox, sandbox_sessions
from mlpilot.evals.sandbox_traces import alive, carrying, processes, things
from mlpilot.sandbox.folder import PrivateFolder
from mlpilot.sandbox.plain import Plain

FIGURES = {
    "session_ready_s",
    "first_cell_s",
    "warm_first_cell_s",
    "round_trip_s",
    "output_mb_per_s",
    "host_growth_mb",
    "interrupt_s",
    "replace_s",
    "fold_wall_s",
    "exec_s",
}


def test_a_sample() -> None:
    """Without walls, which works everywhere; how quick it is depends on the machine's load, what is left does not."""
    words = ["--sandbox", "none", "--times", "1", "--sessions", "10", "--kills", "1", "--json"]
    command = [sys.executable, "-m", "mlpilot", "eval", "sandbox", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in (0, 3), done.stderr
    answer = json.loads(done.stdout)
    assert answer["suite"] == "sandbox"
    assert set(answer["backends"]["none"]) == FIGURES
    assert all(figure > 0 for what, figure in answer["backends"]["none"].items() if what != "host_growth_mb")
    series, kills = answer["sessions"]["none"], answer["kills"]["none"]
    assert (series["sessions"], series["opened"], series["from_pool"], series["left"]) == (10, 1, 9, [])
    assert kills["kills"] == len(kills["moments"]) == 1
    assert (done.returncode == 3) == bool(answer["broken"])


def test_its_verdict_can_be_no() -> None:
    kept = dict(sandbox.LIMITS)
    series = {"sessions": 1000, "left": [], "growth": 0.0}
    clean = {"volumes": [], "moments": [{"left": []}]}
    backends = {"docker": kept, "landlock": {"reason": "no"}}
    good = {"backends": backends, "sessions": {"docker": series}, "kills": {"docker": clean}}
    assert sandbox.broken(good) == []
    slow = {"docker": kept | {"replace_s": 0.6, "output_mb_per_s": 49.0}}
    assert len(sandbox.broken(good | {"backends": slow})) == 2
    leaking = {"docker": series | {"growth": 10_000.0, "left": ["2 descriptors"]}}
    assert len(sandbox.broken(good | {"sessions": leaking})) == 2
    left = {"docker": {"volumes": ["volume x"], "moments": [{"left": ["process 1", "folder y"]}]}}
    assert len(sandbox.broken(good | {"kills": left})) == 3


def test_what_is_left_is_found() -> None:
    owner, marker = f"{os.getpid()}-", f"mlpilot-test-{os.getpid()}"
    before, folder = things(owner, marker, None), PrivateFolder()
    with subprocess.Popen(["sh", "-c", f"sleep 60; : {marker}"]) as process, Plain().open(sandbox_sessions.LIMITS):
        found = things(owner, marker, None) - before
        assert {f"folder {folder.path}"} < found
        assert any(thing.startswith("socket") for thing in found)
        below = processes(os.getpid())
        assert process.pid in {pid for pid, _ in alive(below)} and process.pid in carrying(marker)
        process.kill()
    folder.remove()
    assert things(owner, marker, None) == before
    assert process.pid not in {pid for pid, _ in alive(below)} | carrying(marker)


def test_the_slope_is_that_of_a_line() -> None:
    assert sandbox_sessions.slope([3, 5, 7, 9]) == 2.0
    assert sandbox_sessions.slope([4]) == 0.0
