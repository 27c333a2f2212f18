"""The notebook door in a real browser: JupyterLab and Notebook, driven by `scripts/jupyterlab.py`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlpilot" / "jupyterlab"
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.bubblewrap,
    pytest.mark.skipif(
        not (HOME / "bin" / "python").exists() or not (shutil.which("chromium") or shutil.which("google-chrome")),
        reason="NOT TESTED: JupyterLab or Chromium is missing: sh scripts/jupyterlab.sh sets them up (700 megabytes)",
    ),
]


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_notebook_is_run_saved_and_opened_again(app: str, tmp_path: Path) -> None:
    picture = tmp_path / "seen.png"
    words = ["--app", app, "--picture", str(picture)]
    driven = subprocess.run(
        [sys.executable, ROOT / "scripts" / "jupyterlab.py", *words], capture_output=True, text=True, cwd=tmp_path
    )
    assert driven.returncode == 0, driven.stdout + driven.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
