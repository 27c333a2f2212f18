"""A person's Ctrl-C: it stops the Cell and not the program, and reaches nothing else that the program has started."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mlpilot.evals.sandbox_traces import carrying
from mlpilot.sandbox.protocol import Sandbox, Session
from mlpilot.sandbox.stopping import stopping_on_sigint

DEAF = "import signal, time\nsignal.signal(2, signal.SIG_IGN)\nprint('on', flush=True)\ntime.sleep(60)"


def ctrl_c(*after: float) -> None:
    """SIGINT to this process, so many seconds from now."""
    for seconds in after:
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_once_interrupts_and_keeps_the_state(session: Session) -> None:
    session.run("x = 1")
    with stopping_on_sigint(session) as stops:
        ctrl_c(0.3)
        result = session.run("print('on', flush=True)\nwhile True: pass", timeout=30)
    assert (result.status, result.stdout, result.state_lost, stops.asked) == ("error", "on\n", False, 1)
    assert result.error is not None and result.error.type == "KeyboardInterrupt"
    assert session.run("print(x)").stdout == "1\n"


def test_twice_kills(session: Session) -> None:
    with stopping_on_sigint(session) as stops:
        ctrl_c(0.3, 0.6)
        result = session.run(DEAF, timeout=30)
    assert (result.status, result.stdout, result.state_lost, stops.asked) == ("killed", "on\n", True, 2)
    assert result.seconds < 3


def test_where_no_cell_runs_it_is_as_ever(session: Session) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), stopping_on_sigint(session):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_without_it_a_session_is_lost_and_says_so(session: Session) -> None:
    """As in `mlpilot run`, which ends: the program gets its KeyboardInterrupt, and the Cell does not go on."""
    ctrl_c(0.3)
    with pytest.raises(KeyboardInterrupt):
        session.run("while True: pass", timeout=30)
    assert session.run("1").status == "killed"


def started(code: str, folder: Path, *words: str) -> "subprocess.Popen[str]":
    """`mlpilot exec` of a file with `code`, as the leader of a group of its own, as a shell does it."""
    (folder / "code.py").write_text(code)
    return subprocess.Popen(
        [sys.executable, "-m", "mlpilot", "exec", str(folder / "code.py"), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


@pytest.mark.parametrize("deaf", [False, True])
def test_exec(sandbox: Sandbox, tmp_path: Path, deaf: bool) -> None:
    """The terminal sends SIGINT to the whole group: the sandbox itself must not end of it."""
    code = DEAF if deaf else "print('on', flush=True)\nimport time\ntime.sleep(60)"
    with started(code, tmp_path, "--sandbox", sandbox.name) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == "on\n"
        for _ in range(2 if deaf else 1):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.3)
        said = process.stderr.read()
        assert process.wait(20) == 130
    assert said.endswith("mlpilot: interrupted; its state is lost\n" if deaf else "mlpilot: interrupted\n")


def test_exec_with_json_prints_its_one_object(tmp_path: Path) -> None:
    marker = f"mlpilot-test-{os.getpid()}"
    code = f"import subprocess\nprint('on')\nsubprocess.run(['sh', '-c', 'sleep 60; : {marker}'])"
    with started(code, tmp_path, "--sandbox", "none", "--json") as process:
        assert process.stdout is not None
        while not carrying(marker):
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        answer = json.loads(process.stdout.read())
        assert process.wait(20) == 130
    assert (answer["status"], answer["error"]["type"]) == ("error", "KeyboardInterrupt")
