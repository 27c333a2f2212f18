"""Drive the tasks of `mlpilot vscode init` in a real VS Code, in a headless Chromium, and look at a notebook there.

    python scripts/vscode.py [--pictures FOLDER]

`scripts/vscode.sh` sets up the code-server that is driven: VS Code itself, served to a browser. An extension of ours
(`scripts/vscode/`) runs each task, and notes what VS Code's matchers and its schema of tasks.json make of it; questions
are answered at the keyboard. VS Code's Python extension is not there: ours answers for it which Python is chosen; nor
is its Jupyter extension, so the notebook is shown as it was saved. It ends with 3, and says what was missing.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from chromium import Page, answers, browser, free_port, until
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlpilot" / "vscode"
LEAK = "X = StandardScaler().fit_transform(X)\na, b = train_test_split(X, random_state=0)\n"
FILES = {
    "größe mit raum/sch lecht.py": "from sklearn.preprocessing import StandardScaler\n" + LEAK,
    "broken.py": "x = 1\nif x:\nprint(x)\n",
    "mended.py": "import numpy as np\n\nprint(np.float_(3))\n",
    "watched/saved.py": LEAK,
}
CHECKED, BROKEN, MENDED, WATCHED = FILES
CELLS = (
    "%load_ext mlpilot\nfrom sklearn.datasets import load_wine\nwine = load_wine(as_frame=True).frame",
    "result = %mlpilot run wine --target target --max-experiments 2 --brain builtin",
    "result",
    "%mlpilot rnu wine",
)
SCREEN = (
    "[...document.querySelectorAll('.xterm-rows')].map(node => node.innerText).join('\\n').replaceAll('\\xa0', ' ')"
)
ASKED = """(() => {
  const asks = document.querySelector('.quick-input-widget');
  return asks && asks.offsetParent !== null ? asks.innerText : '';
})()"""


def main() -> int:
    """Drive it; 0 if all was as it should be, 3 if not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=Path, default=HOME / "node_modules" / ".bin" / "code-server")
    parser.add_argument("--pictures", type=Path)
    args = parser.parse_args()
    if not args.server.exists():
        raise SystemExit(f"{args.server} is not there: sh scripts/vscode.sh sets it up")
    with tempfile.TemporaryDirectory(prefix="mlpilot-vscode-") as name:
        folder = Path(name).resolve()
        plan = _workspace(folder)
        with _served(args.server, folder) as url, browser(folder) as page:
            size = {"width": 1180, "height": 720, "deviceScaleFactor": 1, "mobile": False}
            page.call("Emulation.setDeviceMetricsOverride", **size)
            page.call("Page.navigate", url=f"{url}/?folder={folder / 'work'}")
            notes = _drive(page, plan, args.pictures)
        missing = _missing(notes, folder / "work")
    for one in missing:
        print(f"missing: {one}", file=sys.stderr)
    version = next((note["version"] for note in notes if note["step"] == "version"), "?")
    print(f"VS Code {version}: {len(notes)} notes; {len(missing)} things missing")
    return 3 if missing else 0


def _workspace(folder: Path) -> dict[str, str]:
    """A folder as a person has it, with our tasks in it, and what the extension is to do there."""
    work = folder / "work"
    for name, text in FILES.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)
    subprocess.run([sys.executable, HERE / "demo_data.py", work / "cancer.csv"], check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "mlpilot", "vscode", "init"], check=True, capture_output=True, cwd=work)
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    (folder / "elsewhere").mkdir()
    resources = {"metadata": {"path": str(folder / "elsewhere")}}
    NotebookClient(book, timeout=200, allow_errors=True, resources=resources).execute()
    nbformat.write(book, work / "wine.ipynb")
    plan = {
        "folder": str(work), "notes": str(folder / "notes"), "python": sys.executable, "leak": LEAK,
        "checked": CHECKED, "broken": BROKEN, "mended": MENDED, "watched": WATCHED,
        "table": "cancer.csv", "notebook": "wine.ipynb",
        "answer": str(folder / "answer"), "enough": str(folder / "enough"),
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan))
    return plan


def _drive(page: Page, plan: dict[str, str], pictures: Path | None) -> list[dict[str, Any]]:
    """What the extension notes, until it is at its end; questions on the screen are answered meanwhile."""
    notes: list[dict[str, Any]] = []
    end = time.monotonic() + 540
    while time.monotonic() < end and not any(note["step"] == "end" for note in notes):
        time.sleep(0.5)
        asked, screen = page.value(ASKED), page.value(SCREEN)
        if "column to predict" in asked:
            _type(page, "diagnosis")
        elif "15m" in asked:  # what it asks is a placeholder, and no text of the page
            _type(page, "90s")
        if re.search(r"\[y/N\]|\[Y/n\]", screen):
            Path(plan["answer"]).touch()
        if "scaled logistic regression" in screen:
            Path(plan["enough"]).touch()
        told = Path(plan["notes"])
        lines = told.read_text().splitlines() if told.is_file() else []
        for line in lines[len(notes) :]:
            notes.append(json.loads(line))
            if notes[-1]["step"] == "picture" and pictures is not None:
                pictures.mkdir(exist_ok=True)
                page.picture(pictures / f"vscode-{notes[-1]['name']}.png")
    return notes


def _type(page: Page, text: str) -> None:
    page.call("Input.insertText", text=text)
    time.sleep(0.5)
    for kind in ("rawKeyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13)
    time.sleep(0.5)


def _missing(notes: list[dict[str, Any]], work: Path) -> list[str]:
    """What did not come about as it should."""
    steps = {note.get("label", note["step"]): note for note in notes if note["step"] != "begins"}
    fixes = [note for note in notes if note.get("label") == "fix this file" and note["step"] == "task"]
    seen = [tuple(one[:5]) for one in steps.get("check this file", {}).get("problems", [])]
    broken = [tuple(one[:4]) for one in fixes[0]["problems"]] if fixes else []
    watch, schema = steps.get("watch", {}), steps.get("schema", {})
    wanted = {
        "VS Code's schema finds the fault of the control": schema.get("control") is True,
        "VS Code's schema finds no fault in our tasks": schema.get("said") == [],
        "check: the leak at its line": (CHECKED, 2, 5, "Warning", "LEAK001") in seen,
        "check: it ends with 3": steps.get("check this file", {}).get("code") == 3,
        "fix: what does not parse, at its line": any(one[:2] == (BROKEN, 3) and one[3] == "Error" for one in broken),
        "fix: it asks, writes after a yes, and ends with 0": len(fixes) == 2 and fixes[1]["code"] == 0,
        "fix: the mended file": "np.float64(3)" in steps.get("mended", {}).get("text", ""),
        "fix: the old one beside it": (work / f"{MENDED}.bak").is_file(),
        "watch: a problem while it is there": any(one[0] == WATCHED for one in watch.get("before", [])),
        "watch: none when it is mended": watch.get("after") == [],
        "watch: one again": watch.get("again") is True,
        "run: asked for target and time, stopped": "run on this table" in steps,
        "resume: to the end": steps.get("resume", {}).get("code") == 0,
        "resume: a report": any(work.glob(".mlpilot/runs/*/report.html")),
        "report: opened": steps.get("open the report", {}).get("code") == 0,
        "an end without a failure": "failed" not in steps.get("end", {"failed": ""}),
    }
    return [f"{what}: {json.dumps(notes)[-3000:]}" if n == 0 else what for n, what in enumerate(
        what for what, holds in wanted.items() if not holds)]  # fmt: skip


@contextmanager
def _served(program: Path, folder: Path) -> Iterator[str]:
    """code-server on the workspace, with settings and extensions of its own; its address."""
    (folder / "extensions").mkdir()
    (folder / "extensions" / "mlpilot.driver-0.0.1").symlink_to(HERE / "vscode", target_is_directory=True)
    settings = folder / "user" / "User" / "settings.json"
    settings.parent.mkdir(parents=True)
    # Without a GPU's help a terminal's lines are text of the page, which can be read.
    wanted = {"workbench.startupEditor": "none", "terminal.integrated.gpuAcceleration": "off"}
    settings.write_text(json.dumps({**wanted, "window.autoDetectColorScheme": False}))
    (folder / "config.yaml").touch()
    port = free_port()
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(
        [program, "--auth=none", f"--bind-addr=127.0.0.1:{port}", f"--user-data-dir={folder / 'user'}",
         f"--extensions-dir={folder / 'extensions'}", f"--config={folder / 'config.yaml'}", "--disable-telemetry",
         "--disable-update-check", "--disable-workspace-trust", "--disable-getting-started-override"],
        stdout=log, stderr=log, cwd=folder, env={**os.environ, "MLPILOT_PLAN": str(folder / "plan.json")},
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{url}/healthz"), 90, lambda: (folder / "server.log").read_text())
        yield url
    finally:
        server.terminate()
        server.wait(30)
        log.close()


if __name__ == "__main__":
    sys.exit(main())
