"""Runs cells as others do, with nothing of ours around them, and fetches what they leave as a careless host would.

`plain`: a Python process for each cell. `aide`: the interpreter of AIDE (PyPI `aideml`), which runs code in a child
process; it is loaded from the folder that `peers` installs it in. Same jobs and answers as `walled`; only ever started
inside the outer wall.
"""

import contextlib
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from mlpilot.evals.hostile.cases import PREAMBLE
from mlpilot.evals.hostile.measures import LOOK_AT_FILES, forget_peak, peak
from mlpilot.evals.hostile.told import Fetched, Told, kept

_GRACE_SECONDS = 3.0
_READ_SECONDS = 5
_MOST_UNPACKED = 64 * 2**20

Ended = tuple[str, list[str]]
"""A status, and what was printed."""


def main(kind: str, data: str, library: str = "") -> None:
    """Run what standard input says. `data` is a folder that cells find as it is."""
    execute = _plain if kind == "plain" else _aide(Path(library))
    print(json.dumps({"ready": data}), flush=True)
    for line in sys.stdin:
        print(run(execute, json.loads(line)).line(), flush=True)
    print(json.dumps({"closed": []}), flush=True)


def run(execute: Callable[[str, float, Path], Ended], job: dict[str, Any]) -> Told:
    """Run one cell in a folder of its own, fetch what it left there, and look around as the next cell would."""
    preamble = PREAMBLE.format(names=job["names"])
    with tempfile.TemporaryDirectory(prefix="work-", ignore_cleanup_errors=True) as folder:
        forget_peak()
        before, began = peak(), time.monotonic()
        status, texts = execute(preamble + job["source"], job["timeout"], Path(folder))
        told = Told(status, time.monotonic() - began, texts)
        told.fetched = [_fetch(Path(folder), name) for name in job["gets"]]
        told.texts += [one.detail for one in told.fetched]
        told.growth = peak() - before
        if status != "crash":
            told.next = "".join(execute(preamble + LOOK_AT_FILES + job["next"], 30.0, Path(folder))[1])
    return told


def _plain(source: str, timeout: float, folder: Path) -> Ended:
    """A process for each cell; one that is out of time is asked to end, as `docker stop` and shells do."""
    (folder / "cell.py").write_text(source, errors="surrogatepass")
    process = subprocess.Popen(
        [sys.executable, "cell.py"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    status = ""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        status = "timeout"
        process.terminate()
        try:
            out, err = process.communicate(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            status = "hang"
            process.kill()
            out, err = b"", b""
    if not status:
        status = "ok" if process.returncode == 0 else "killed" if process.returncode < 0 else "error"
    return status, [out.decode(errors="replace"), err.decode(errors="replace")]


def _aide(library: Path) -> Callable[[str, float, Path], Ended]:
    """A run of AIDE's interpreter; it raises where the child dies, and so does the run of whoever uses it."""
    sys.path.append(str(library))
    spec = spec_from_file_location("aide_interpreter", library / "aide" / "interpreter.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)

    def execute(source: str, timeout: float, folder: Path) -> Ended:
        interpreter = module.Interpreter(folder, timeout=int(timeout))
        try:
            result = interpreter.run(source)
        except RuntimeError as error:
            return "crash", [f"the run ends with it: {error}"]
        finally:
            interpreter.cleanup_session()
        status = {None: "ok", "TimeoutError": "timeout"}.get(result.exc_type, "error")
        return status, ["".join(map(str, result.term_out))]

    return execute


def _fetch(folder: Path, name: str) -> Fetched:
    """Read a file as if nobody could mean harm: follow links, unpack archives, load pickles."""
    try:
        with _alarm():
            data = (folder / name).read_bytes()
            if name.endswith(".pkl"):
                pickle.loads(data)  # the point of this module
            if name.endswith(".zip") and (size := sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(data)).infolist())) > _MOST_UNPACKED:
                return Fetched(name, "ran", f"it unpacks to {size >> 20} MiB")
    except TimeoutError:
        return Fetched(name, "ran", "reading it never ends")
    except MemoryError:
        return Fetched(name, "ran", "reading it takes more memory than there is")
    except (OSError, ValueError) as error:
        return Fetched(name, "refused", str(error))
    return Fetched(name, "bytes", "", kept(data), len(data))


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(_READ_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(*sys.argv[1:])
    os._exit(0)
