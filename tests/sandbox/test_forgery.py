"""A Cell owns its kernel: it can send any message, correctly signed. The host must not fall over, nor be stuck."""

import os
import time
from typing import Any

import pytest

from mlpilot.sandbox import messages
from mlpilot.sandbox.memory import resident
from mlpilot.sandbox.protocol import Session

_SEND = """
import json
kernel = get_ipython().kernel
parent = kernel.get_parent("shell")
def signed(parts, buffers=()):
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", kernel.session.sign(parts), *parts, *buffers])
def forge(kind, content, request=parent["header"], buffers=()):
    parts = ({"msg_type": kind, "msg_id": "1"}, request, {}, content)
    signed([json.dumps(part, default=str).encode() for part in parts], buffers)
"""


@pytest.mark.parametrize(
    "forgery",
    [
        "forge('stream', {'name': 'stdout', 'text': ['no', 'text']})",
        "forge('stream', {'name': {'a': 1}, 'text': 3})",
        "forge('stream', [])",
        "forge('error', {'ename': 3, 'evalue': None, 'traceback': 'abc'})",
        "forge('error', {'ename': 'E' * 10**6, 'evalue': 'v' * 10**6, 'traceback': ['t' * 10**6]})",
        "forge('display_data', {'data': [1], 'transient': 'x'})",
        "forge('display_data', {'data': {}, 'transient': {'mlpilot_buffer': {'a': 1}}}, buffers=[b'x'])",
        "forge('display_data', {'data': {'text/plain': {'a': 1}}})",
        "forge('display_data', {'data': {}, 'transient': {'mlpilot_buffer': 'x'}}, buffers=[b'x'] * 9)",
        "forge('display_data', {'data': {}, 'transient': {'mlpilot_buffer': '\\x1b[31m'}}, buffers=[b'x'])",
        "forge('status', {'execution_state': {'a': []}})",
        "forge('no such type', {})",
        "forge('stream', {'name': 'stdout', 'text': 'of another'}, request={})",
        "kernel.iopub_socket.send_multipart([b'junk'])",
        "kernel.iopub_socket.send_multipart([b'<IDS|MSG>'] * 9)",
        "kernel.iopub_socket.send_multipart([b'<IDS|MSG>', b'sig', b'{', b'}', b'[]', b'{}'])",
        "signed([b'[' * 10**6, b'{}', b'{}', b'{}'])",
        r"signed([b'\xff', b'{}', b'{}', b'{}'])",
        "signed([b'{\"msg_type\": [], \"x\": 1e999}', b'[]', b'NaN', b'7'])",
        "signed([b'{}', b'{\"msg_id\": 7}', b'{}', b'{}'])",
        "forge('stream', {'name': 'stdout', 'text': '\\ud800'})",
    ],
)  # fmt: skip
def test_junk_is_dropped_or_read_with_care(session: Session, forgery: str) -> None:
    result = session.run(_SEND + forgery + "\nprint('end')", timeout=20)
    assert result.status in ("ok", "error")
    assert result.stdout.endswith("end\n")
    assert "of another" not in result.stdout
    assert not result.buffers
    assert result.error is None or len(result.error.traceback) < 300_000
    assert session.run("print(6 * 7)").stdout == "42\n"


@pytest.mark.parametrize(
    "part",
    ["{**parent['header'], 'x': 'x' * 10**6}", "parent['header'], 'x' * 5_000_000"],
    ids=["a large parent header is dropped", "a large content is too much output"],
)
def test_no_message_is_larger_than_the_kernel_makes_them(session: Session, part: str) -> None:
    code = f"request, text, *_ = *[{part}], 'forged'\nforge('stream', {{'name': 'stdout', 'text': text}}, request)"
    result = session.run(_SEND + code, timeout=20)
    assert result.stdout == ""
    assert result.status == ("ok" if "**" in part else "too_much_output")
    assert not result.state_lost


def test_a_cell_that_ends_as_it_is_interrupted_keeps_its_state(session: Session) -> None:
    """The interrupt arrives while the kernel sends its reply, in one of about fifteen."""
    code = f"{_SEND}\nforge('stream', {{'name': 'stdout', 'text': 'x' * 5_000_000}})"
    for _ in range(60):
        result = session.run(code, timeout=20)
        assert (result.status, result.state_lost) == ("too_much_output", False), result.error


def test_messages_that_are_slow_to_read_do_not_hold_up_the_timeout(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is looked at after each message, not after each batch."""
    slow = messages.read

    def read(*arguments: Any) -> messages.Message | None:
        time.sleep(0.1)
        return slow(*arguments)

    monkeypatch.setattr(messages, "read", read)
    code = "while True: forge('stream', {'name': 'stdout', 'text': ''})"
    result = session.run(_SEND + code, timeout=1)
    assert result.status == "timeout"
    assert result.seconds < 12


def test_a_forged_end_ends_the_cell_and_nothing_more(session: Session) -> None:
    code = """
kernel = get_ipython().kernel
parent, ident = kernel.get_parent("shell"), kernel._get_shell_context_var(kernel._shell_parent_ident)
kernel.session.send(kernel.shell_stream.socket, "execute_reply", {"status": "ok"}, parent=parent, ident=ident)
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)
import time
time.sleep(2)
"""
    assert session.run(code, timeout=20).status in ("ok", "error")
    after = session.run("print(6 * 7)", timeout=20)
    assert after.stdout == "42\n"


def test_closing_the_sockets_is_death(session: Session) -> None:
    result = session.run("import os\nos.closerange(3, 100)\nimport time\ntime.sleep(60)", timeout=3)
    assert result.state_lost
    assert result.status in ("killed", "timeout", "too_much_output")


def test_a_flood_of_junk_does_not_hold_up_the_timeout(session: Session) -> None:
    code = "k = get_ipython().kernel\nwhile True: k.iopub_socket.send_multipart([b'junk' * 1000])"
    result = session.run(code, timeout=1)
    assert result.status == "timeout"
    assert result.seconds < 15


def test_a_message_without_end_does_not_fill_the_host(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames in ZeroMQ's own wire format (RFC 37/ZMTP), each announcing another, written past ZeroMQ."""
    monkeypatch.setattr("mlpilot.sandbox.session._SWELLING_BYTES", 200 * 2**20)
    code = """
import os, socket, struct, time
frame = struct.pack(">BQ", 3, 1 << 20) + bytes(1 << 20)
named = []
for fd in range(3, 80):
    try:
        raw = socket.socket(fileno=os.dup(fd))
        if os.fsencode(raw.getsockname()) and raw.getpeername() is not None:
            named.append((os.fsencode(raw.getsockname()).endswith(b"i"), fd, raw))
    except OSError:
        pass
raw = max(named)[2]  # through a tunnel the names tell nothing, and either will do
raw.setblocking(True)
time.sleep(1)  # ZeroMQ's own thread still tells that the Cell began; amid a frame, that would make junk of all after it
while True:
    raw.sendall(frame)
"""
    before = resident(os.getpid())
    result = session.run(code, timeout=20)
    assert (result.status, result.state_lost) == ("too_much_output", True)
    assert result.seconds < 15
    assert resident(os.getpid()) - before < 2**30
