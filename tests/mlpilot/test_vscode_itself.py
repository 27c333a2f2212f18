"""The VS Code door in VS Code itself, driven by `scripts/vscode.py`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlpilot" / "vscode"
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.sandbox,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not any(HOME.glob(".ready-*")) or not (shutil.which("chromium") or shutil.which("google-chrome")),
        reason="NOT TESTED: VS Code or Chromium is missing: sh scripts/vscode.sh and scripts/jupyterlab.sh set them up",
    ),
]


def test_tasks_matchers_and_notebook(tmp_path: Path) -> None:
    words = [sys.executable, ROOT / "scripts" / "vscode.py", "--pictures", tmp_path / "pictures"]
    driven = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
    assert driven.returncode == 0, driven.stdout + driven.stderr
    names = {path.name for path in (tmp_path / "pictures").iterdir()}
    assert names == {"vscode-check.png", "vscode-light.png", "vscode-dark.png"}
