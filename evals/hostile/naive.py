"""Runs cells as others do, with nothing of ours around them, and fetches what they leave as a careless host would.

`plain`: a Python process for each cell. `aide`: the interpreter of AIDE (PyPI `aideml`), which runs code in a child
process; it is loaded from the folder that `peers` installs it in. `container`: a process in a container (`container`).
Same jobs and answers as `walled`; the first two are only ever started inside the outer wall.
"""

import contextlib
import io
import json
import os
import pickle
import resource
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
_READ_SECONDS = 2
_MOST_UNPACKED = 64 * 2**20
_NO_SPACE = "[Errno 28]"
_MOST_MEMORY = 4 * 2**30

Ended = tuple[str, list[str]]
"""A status, and what was printed."""
Execute = Callable[[str, float, Path], Ended]
"""From a source, a timeout in seconds, and the folder that the cell works in."""


def main(kind: str, data: str, *rest: str) -> None:
    """Run what standard input says. `data` is where cells find the folder that is theirs to read."""
    if kind == "container":
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    runs: dict[str, Callable[[], Execute]] = {
        "plain": lambda: _plain,
        "aide": lambda: _aide(*rest),
        "container": lambda: _container(*rest),
    }
    execute = runs[kind]()
    shared = Path(rest[1]) if kind == "container" else None
    print(json.dumps({"ready": data}), flush=True)
    for line in sys.stdin:
        print(run(execute, json.loads(line), shared).line(), flush=True)
    print(json.dumps({"closed": []}), flush=True)


def run(execute: Execute, job: dict[str, Any], shared: Path | None = None) -> Told:
    """Run one cell in a folder of its own, fetch what it left there, and look around as the next cell would."""
    preamble = PREAMBLE.format(names=job["names"])
    with contextlib.ExitStack() as stack:
        folder = str(shared) if shared else tempfile.mkdtemp(prefix="work-")
        if shared is None:
            # By a program, which is not confused by folders within folders: what they do to us is no fault of a peer.
            stack.callback(subprocess.run, ["rm", "-rf", folder], check=False)
        forget_peak()
        before, began = peak(), time.monotonic()
        status, texts = execute(preamble + job["source"], job["timeout"], Path(folder))
        told = Told(status, time.monotonic() - began, texts)
        told.fetched = [_fetch(Path(folder), name) for name in job["gets"]]
        told.texts += [one.detail for one in told.fetched]
        told.growth = peak() - before
        if any(_NO_SPACE in text for text in texts):
            told.harm.append("the disk is full")
        if status != "crash":
            told.next = "".join(execute(preamble + LOOK_AT_FILES + job["next"], 30.0, Path(folder))[1])
    return told


def _plain(source: str, timeout: float, folder: Path) -> Ended:
    """A process for each cell; one that is out of time is asked to end, as `docker stop` and shells do."""
    (folder / "cell.py").write_text(source, errors="surrogatepass")
    process = subprocess.Popen(
        [sys.executable, "cell.py"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
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


def _aide(library: str) -> Execute:
    """A run of AIDE's interpreter; it raises where the child dies, and so does the run of whoever uses it."""
    sys.path.append(library)
    spec = spec_from_file_location("aide_interpreter", Path(library, "aide", "interpreter.py"))
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


def _container(name: str, _folder: str) -> Execute:
    """`timeout SECONDS python FILE` in a running container; the source is put there by standard means."""
    from mlpilot.sandbox.docker import connect

    box = connect(3600).containers.get(name)

    def execute(source: str, timeout: float, _: Path) -> Ended:
        data = source.encode(errors="surrogatepass").hex()
        box.exec_run(["python3", "-c", f"open('cell.py', 'wb').write(bytes.fromhex('{data}'))"])
        code, printed = box.exec_run(["timeout", str(int(timeout)), "python3", "cell.py"])
        status = {0: "ok", 124: "timeout"}.get(code, "killed" if code is None or code > 128 else "error")
        return status, [printed.decode(errors="replace")]

    return execute


def _fetch(folder: Path, name: str) -> Fetched:
    """Read a file as if nobody could mean harm: follow links, unpack archives, load pickles."""
    try:
        with _alarm():
            data = (folder / name).read_bytes()
            if name.endswith(".pkl"):
                pickle.loads(data)  # the point of this module
            if name.endswith(".zip"):
                size = sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(data)).infolist())
                if size > _MOST_UNPACKED:
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
