"""Cells that go beyond each limit, and how they must end."""

import secrets
from collections.abc import Iterator

from mlpilot.sandbox.protocol import CellResult, Limits, Pool
from mlpilot.sandbox.selfcheck.facts import Facts, Verdict

_MIB = 2**20
_SECONDS, _BRIEFLY = 30.0, 0.3
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
import os, time
_made = []
try:
    for _number in range({files}):
        with open(f"{path}-{{_number}}", "xb", buffering=0) as _file:
            _made.append(_file.name)
            for _ in range({mebibytes}):
                _file.write(bytes(1 << 20))
    time.sleep(1)  # where there is no file system of its own, whoever watches it looks now and then
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


def try_all(pool: Pool, limits: Limits) -> Iterator[tuple[str, str]]:
    """Each limit's name, and how the Cell ended that went beyond it: each in a Session of its own, which it may end."""
    for name, code in _cells(limits):
        with pool.session() as session:
            result = session.run(code, timeout=_BRIEFLY if name == "time" else _SECONDS)
        if name == "processes":
            yield name, _number(result)
        else:
            yield name, _REFUSED if result.error and result.error.type == _REFUSED else result.status


def _cells(limits: Limits) -> Iterator[tuple[str, str]]:
    yield "time", "while True: pass"
    yield "output", f"print('x' * {2 * limits.output_bytes})"
    yield "buffers", f"send_buffer('big', bytes({limits.buffer_bytes + _MIB}))"
    mebibytes = limits.disk_bytes // _MIB // (_FILES - 1) + 1
    shared = f"/dev/shm/big-{secrets.token_hex(8)}"  # where the name is taken, it would not be the wall that ends it
    for name, path in (("disk", "big"), ("shared memory size", shared)):
        yield name, _FILL.format(path=path, mebibytes=mebibytes, files=_FILES)
    yield "processes", _FORKS.format(most=limits.processes + 8)
    yield "memory", _GROW.format(mebibytes=limits.memory_bytes // _MIB + 128)


def _number(result: CellResult) -> str:
    told = result.buffers.get("number", b"")
    return told.decode() if told.isdigit() and len(told) < 9 else result.status
