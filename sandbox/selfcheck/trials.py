"""Cells that go beyond each limit, and how they must end."""

from collections.abc import Iterator

from mlpilot.sandbox.protocol import CellResult, Limits, Session
from mlpilot.sandbox.selfcheck.facts import Facts, Verdict

_MIB = 2**20
_SECONDS = 30.0
_REFUSED = "PermissionError"

_FORKS = """
import os, signal, time
_children, _most = [], {most}
while len(_children) < _most:
    try:
        _child = os.fork()
    except OSError:
        break
    if _child == 0:
        signal.pause()
        os._exit(0)
    _children.append(_child)
for _child in _children:
    os.kill(_child, signal.SIGKILL)
    os.waitpid(_child, 0)
send_buffer("number", str(len(_children)).encode())
"""
_FILL = """
import os
_made = []
try:
    for _number in range({files}):
        with open(f"{path}-{{_number}}", "xb", buffering=0) as _file:
            _made.append(_file.name)
            for _ in range({mebibytes}):
                _file.write(bytes(1 << 20))
finally:
    for _name in _made:
        os.unlink(_name)
"""
_FILES = 4
"""Together they are larger than allowed, each for itself is not."""
_GROW = """
import time
_kept = []
for _ in range({mebibytes}):
    _kept.append(b"1" * (1 << 20))
time.sleep(1)
"""
_ENDINGS = {
    "memory": "out_of_memory",
    "disk": "disk_full",
    "shared memory size": "disk_full",
    "output": "too_much_output",
    "buffers": "too_much_output",
    "time": "timeout",
}


class Ended:
    """Judges how the Cell ended that tried to go beyond one limit."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, facts: Facts) -> Verdict:
        found = (facts.trials or {}).get(self._name, "not tried")
        if self._name == "processes":
            held = found.isdigit() and int(found) < facts.limits.processes
            return Verdict(held, f"{found} beside it, of {facts.limits.processes} allowed")
        if self._name == "shared memory size" and found == _REFUSED:
            return Verdict(True, "none can be had")
        return Verdict(found == _ENDINGS[self._name], found)


def try_all(session: Session, limits: Limits) -> Iterator[tuple[str, str]]:
    """Each limit's name, and how the Cell ended that went beyond it; the last one ends the kernel."""
    yield "time", session.run("while True: pass", timeout=0.3).status
    yield "output", session.run(f"print('x' * {2 * limits.output_bytes})", timeout=_SECONDS).status
    big = f"send_buffer('big', bytes({limits.buffer_bytes + _MIB}))"
    yield "buffers", session.run(big, timeout=_SECONDS).status
    mebibytes = limits.disk_bytes // _MIB // (_FILES - 1) + 1
    for name, path in (("disk", "big"), ("shared memory size", "/dev/shm/big")):
        result = session.run(_FILL.format(path=path, mebibytes=mebibytes, files=_FILES), timeout=_SECONDS)
        yield name, _REFUSED if result.error and result.error.type == _REFUSED else result.status
    yield "processes", _number(session.run(_FORKS.format(most=limits.processes + 8), timeout=_SECONDS))
    mebibytes = limits.memory_bytes // _MIB + 128
    yield "memory", session.run(_GROW.format(mebibytes=mebibytes), timeout=_SECONDS).status


def _number(result: CellResult) -> str:
    told = result.buffers.get("number", b"")
    return told.decode() if told.isdigit() and len(told) < 9 else result.status
