"""Record the facts of the test trainings again: `python scripts/record_trainings.py PYTHON [--from FOLDER] [NAME]...`.

PYTHON has torch, keras and tensorflow; each program of tests/tools/trainings runs in it with the observer, outside the
sandbox, for they are ours. Beside each lies what was seen of it, as the observer sent it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
import mlpilot_observer
source, place = open(sys.argv[2]).read(), sys.argv[3]
def kept(name, data):
    if name == "trainings":
        open(place, "wb").write(data)
job = json.dumps({"name": "script.py", "source": source, "watched": {}, "probe": None}).encode()
mlpilot_observer.work([job], kept, {"__name__": "__main__"})
"""


def main(python: str, programs: list[Path], names: list[str]) -> None:
    """Record all of the programs, or those named."""
    for program in sorted(programs):
        if names and program.stem not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            place = program.with_suffix(".json")
            call = [python, "-c", CALL, str(ROOT / "tools" / "inside"), str(program), str(place)]
            settings = os.environ | {"OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
            done = subprocess.run(call, cwd=folder, capture_output=True, text=True, env=settings)
        print(program.stem, place.stat().st_size, "" if not done.returncode else done.stderr.strip().split("\n")[-1])


if __name__ == "__main__":
    python, *names = sys.argv[1:]
    if names[:1] == ["--from"]:
        main(python, list(Path(names[1]).glob("*.py")), names[2:])
    else:
        main(python, list((ROOT / "tests" / "tools" / "trainings").glob("*/*.py")), names)
