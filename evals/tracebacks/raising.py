"""Runs small programs, each in a process of its own, and says how each ended. Needs nothing but Python.

    python raising.py MODULE ...

imports the modules once, if they are there, then reads one program a line from standard input (`{"source": ...}`), and
answers each with one line: `{"status", "type", "message", "traceback", "stderr"}`.
"""

import faulthandler
import importlib
import json
import os
import select
import signal
import sys
import tempfile
import traceback
import types
from pathlib import Path

SECONDS = 60


def main(modules: list[str]) -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    for line in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(run(json.loads(line)["source"], folder)), file=answers, flush=True)


def run(source: str, folder: str) -> dict[str, object]:
    """Run one program as `solution.py` in `folder`."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _work(source, folder, writer)
    os.close(writer)
    told, late = _read(reader)
    os.close(reader)
    if late:
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    stderr = Path(folder, "stderr").read_text(errors="replace")[-20_000:]
    if told:
        return {**json.loads(told), "stderr": stderr}
    ended = "timeout" if late else "killed" if os.WIFSIGNALED(status) else "ok"
    return {"status": ended, "type": "", "message": "", "traceback": "", "stderr": stderr}


def _read(fd: int) -> tuple[str, bool]:
    text = b""
    while True:
        if not select.select([fd], [], [], SECONDS)[0]:
            return text.decode(), True
        part = os.read(fd, 2**16)
        if not part:
            return text.decode(), False
        text += part


def _work(source: str, folder: str, writer: int) -> None:
    """In the child. Never returns."""
    os.setpgid(0, 0)
    os.chdir(folder)
    os.dup2(os.open("stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)
    faulthandler.enable(all_threads=False)
    Path("solution.py").write_text(source)
    sys.path.insert(0, folder)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        exec(compile(source, "solution.py", "exec"), module.__dict__)
    except BaseException as error:  # noqa: BLE001 - whatever ends the program is what is asked for
        told = {
            "status": "error",
            "type": type(error).__name__,
            "message": str(error),
            "traceback": traceback.format_exc(),
        }
        with os.fdopen(writer, "w") as answer:
            json.dump(told, answer)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
