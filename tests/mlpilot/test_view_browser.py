"""The live page in a real browser: `scripts/live_page.py` watches a hostile run to its end."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "live_page.py"


@pytest.mark.slow
@pytest.mark.bubblewrap
def test_a_run_is_watched_to_its_end_by_eye_by_ear_and_by_keyboard() -> None:
    from mlpilot.sandbox.bubblewrap import Bubblewrap

    if shutil.which("chromium") is None and shutil.which("google-chrome") is None:
        pytest.skip("NOT TESTED: there is no Chromium here: the live page is seen by no browser")
    if importlib.util.find_spec("websockets") is None:
        pytest.skip("NOT TESTED: without the package websockets no browser can be steered")
    if not Bubblewrap().probe().works:
        pytest.skip("NOT TESTED: bubblewrap does not work here: nothing runs that could be watched")
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    assert "0 of them to others; 0 things missing" in done.stdout
