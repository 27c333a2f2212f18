"""Copy what a run has made into a folder: report, solution.py, notebook, predictions, model."""

import argparse
import shutil
import tempfile
from pathlib import Path

from mlpilot.failures import DONE
from mlpilot.parser import Parser
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import answer

HELP = "copy a run's report, code, model and predictions"


def add_arguments(parser: Parser) -> None:
    """RUN and DIR."""
    parser.add_argument("run", metavar="RUN", help="its name (`mlpilot runs` lists them)")
    parser.add_argument("folder", metavar="DIR", help="a new or an empty folder")


def main(args: argparse.Namespace) -> int:
    """Copy, and print the paths."""
    from mlpilot.history import stored

    target = Path(args.folder)
    refuse_unless_empty(target)
    result = stored(args.run)
    found = [Path(path) for path in result.artifacts.values() if path is not None]
    if not found:
        raise UserError(f"{args.run} has made nothing to export yet; `mlpilot resume {args.run}` goes on with it")
    try:
        copy_all(found, target)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}; name another folder") from error
    for path in found:
        answer(str(target / path.name))
    return DONE


def refuse_unless_empty(folder: Path) -> None:
    """Raises `UserError` where something of the person's could be overwritten."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UserError(f"{folder} is there already, and is not a folder; name a new one")
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty, and nothing is overwritten; name a new folder")


def copy_all(files: list[Path], folder: Path) -> None:
    """All of them or none: copied beside the folder first, and moved into place in one step."""
    from mlpilot.agent.export.notebook import moved

    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as work:
        ready = Path(work) / "ready"
        ready.mkdir()
        for path in files:
            if path.suffix == ".ipynb":  # it names the data as seen from where it stands
                text = moved(path.read_text(encoding="utf-8"), path.parent, folder)
                (ready / path.name).write_text(text, encoding="utf-8")
            else:
                shutil.copyfile(path, ready / path.name)
        ready.rename(folder)
