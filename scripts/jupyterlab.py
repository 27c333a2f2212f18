"""Drive a notebook with mlpilot in JupyterLab, in a headless Chromium, as a person would, and take its picture.

    python scripts/jupyterlab.py [--app notebook] [--picture docs/jupyterlab.png] [--dark dark.png]

`scripts/jupyterlab.sh` sets up the JupyterLab and the Notebook that are driven; the kernel is the Python that runs it.
The notebook is run, saved, closed and opened again. It ends with 3, and says what was missing, where progress was not
seen live, a card is not as it should be, a warning or a path of this machine is shown, or the outputs did not survive.
What the browser asked of other machines is listed, and none is right.
"""

import argparse
import json
import os
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

ROOT = Path(__file__).resolve().parent.parent
CELLS = (
    "%load_ext mlpilot\nfrom sklearn.datasets import load_breast_cancer\n"
    "cancer = load_breast_cancer(as_frame=True).frame",
    "result = %mlpilot run cancer --target target --budget {budget} --sandbox {sandbox} --brain builtin",
    "result",
    "result.board[['name', 'score', 'standing']].head(3)",
    "%%mlpilot --sandbox {sandbox} --brain builtin\nload cancer and tell me what's odd",
    "%mlpilot code",
)
STATE = """(() => {
  const cards = [...document.querySelectorAll('.jp-OutputArea .mlpilot-card')];
  const cells = document.querySelectorAll('.jp-CodeCell');
  return {
    cards: cards.map(card => card.innerText),
    outputs: [...document.querySelectorAll('.jp-OutputArea-output')].map(node => node.innerText).join('\\n'),
    busy: [...document.querySelectorAll('.jp-InputPrompt')].some(node => node.innerText.includes('[*]')),
    ran: [...document.querySelectorAll('.jp-InputPrompt')].filter(node => /\\[\\d+\\]/.test(node.innerText)).length,
    last: cells.length ? cells[cells.length - 1].innerText : '',
    wide: cards.some(card => card.scrollWidth > card.clientWidth + 1),
    errors: [...document.querySelectorAll('[data-mime-type$="jupyter.error"], [data-mime-type$="jupyter.stderr"]')]
      .map(node => node.innerText),
  };
})()"""
APPS = {
    "lab": ("jupyterlab", "LabApp", "lab/tree"),
    "notebook": ("notebook", "JupyterNotebookApp", "notebooks"),
}
"""Module, class with its settings, and where it opens a file."""
HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlpilot" / "jupyterlab" / "bin" / "python"
READY = """(() => {
  const panel = window.jupyterapp && jupyterapp.shell.currentWidget;
  const session = panel && panel.sessionContext;
  return !!(session && session.session && session.session.kernel && session.session.kernel.status === 'idle');
})()"""


def main() -> int:
    """Drive it; 0 if all was as it should be, 3 if not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", type=Path, default=HOME, metavar="PYTHON", help="one that has JupyterLab")
    parser.add_argument("--app", choices=APPS, default="lab")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--dark", type=Path)
    parser.add_argument("--budget", default="30s")
    parser.add_argument("--sandbox", default="bubblewrap")
    args = parser.parse_args()
    if not args.lab.is_file():
        raise SystemExit(f"{args.lab} is not there: sh scripts/jupyterlab.sh sets it up")
    with tempfile.TemporaryDirectory(prefix="mlpilot-lab-") as name:
        folder = Path(name)
        notebook = folder / "work" / "cancer.ipynb"
        _write(notebook, args.budget, args.sandbox)
        with _lab(args.lab, args.app, folder) as (url, token), browser(folder) as page:
            missing = _drive(page, f"{url}/{APPS[args.app][2]}/cancer.ipynb?token={token}", args)
        outside = sorted(
            {one for one in page.asked if not one.startswith((url, url.replace("http", "ws"), "data:", "blob:"))}
        )
        saved = nbformat.read(notebook, as_version=4)
    missing += [f"asked of another machine: {one}" for one in outside if not one.startswith("about:")]
    html = [
        out.data["text/html"]
        for cell in saved.cells
        for out in cell.get("outputs", [])
        if "text/html" in out.get("data", {})
    ]
    if sum("mlpilot-card" in one for one in html) < 2:
        missing.append("the saved file lacks the cards")
    for one in missing:
        print(f"missing: {one}", file=sys.stderr)
    print(f"{len(page.asked)} requests, {len(outside)} of them to other machines; {len(missing)} things missing")
    return 3 if missing else 0


def _write(path: Path, budget: str, sandbox: str) -> None:
    path.parent.mkdir()
    book = nbformat.v4.new_notebook()
    book.metadata["kernelspec"] = {"name": "mlpilot", "display_name": "mlpilot", "language": "python"}
    book.cells = [nbformat.v4.new_code_cell(cell.format(budget=budget, sandbox=sandbox)) for cell in CELLS]
    nbformat.write(book, path)


def _drive(page: Page, url: str, args: argparse.Namespace) -> list[str]:
    """Run, look, save, reopen, look; what was missing."""
    missing: list[str] = []
    page.call("Page.navigate", url=url)
    page.wait(READY, 60)
    if not page.value("jupyterapp.shell.leftCollapsed"):
        _command(page, "filebrowser:toggle-main")
    page.value("jupyterapp.commands.execute('notebook:run-all-cells'); true")  # its promise ends with the last cell
    states: set[str] = set()

    def seen() -> None:
        state = page.value(STATE)
        states.update(state["cards"][:1])

    page.wait(f"{STATE}.ran >= {len(CELLS)} && !{STATE}.busy && {STATE}.last.includes('def fit')", 300, seen)
    time.sleep(1)
    state = page.value(STATE)
    if len(states) < 3:
        missing.append(f"live progress: only {sorted(states)} was seen")
    missing += _cards(state)
    if "def fit" not in state["last"]:
        missing.append("the code, offered in a cell below")
    _command(page, "docmanager:save")
    page.wait("!jupyterapp.shell.currentWidget.context.model.dirty", 30)
    page.call("Page.navigate", url="about:blank")
    page.call("Page.navigate", url=url)
    page.wait(READY, 120)
    page.wait(f"{STATE}.cards.length >= 2", 60)
    time.sleep(1)
    missing += [f"{one} (opened again)" for one in _cards(page.value(STATE))]
    for theme, path in (("JupyterLab Light", args.picture), ("JupyterLab Dark", args.dark)):
        _command(page, "apputils:change-theme", theme=theme)
        time.sleep(2)
        if path is not None:
            page.value("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0; true")
            time.sleep(1)
            page.picture(path)
    return missing


def _command(page: Page, name: str, **arguments: object) -> None:
    """A command of JupyterLab's own, as its menus give it."""
    page.value(f"jupyterapp.commands.execute({json.dumps(name)}, {json.dumps(arguments)}).then(() => true)")


def _cards(state: dict[str, Any]) -> list[str]:
    cards = state["cards"]
    missing = [] if len(cards) >= 2 else [f"two cards; there are {len(cards)}"]
    if cards and "Test" not in cards[-1]:
        missing.append("the test's verdict in the result's card")
    if "odd" not in state["outputs"] and "569 rows" not in state["outputs"]:
        missing.append("an answer about the DataFrame of the notebook")
    missing += [f"nothing in place of: {text}" for text in state["errors"]]
    missing += [f"the path of {path} hidden" for path in (sys.prefix, str(ROOT)) if path in state["outputs"]]
    return missing


@contextmanager
def _lab(python: Path, app: str, folder: Path) -> Iterator[tuple[str, str]]:
    """A server of JupyterLab or Notebook with settings of its own; its address and token."""
    kernel = folder / "share" / "kernels" / "mlpilot"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "mlpilot", "language": "python"}))
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    places = {
        "JUPYTER_PATH": folder / "share", "JUPYTER_CONFIG_DIR": folder / "config", "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime", "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces", "IPYTHONDIR": folder / "ipython",
        "MLPILOT_HOME": folder / "state",
    }  # fmt: skip
    port, token = free_port(), os.urandom(16).hex()
    module, settings_of, _ = APPS[app]
    log = (folder / "lab.log").open("wb")
    server = subprocess.Popen(
        [python, "-m", module, "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
         f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder / 'work'}",
         f"--{settings_of}.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"],
        env={**os.environ, **{name: str(path) for name, path in places.items()}},
        stdout=log, stderr=log, cwd=folder / "work",
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{url}/api/status?token={token}"), 90, lambda: (folder / "lab.log").read_text())
        yield url, token
    finally:
        server.terminate()
        server.wait(30)
        log.close()


if __name__ == "__main__":
    sys.exit(main())
