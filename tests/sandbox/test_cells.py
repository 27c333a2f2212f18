"""What a Cell can do and how it can end: the same in every sandbox."""

import threading
import time

import pytest

from mlpilot.sandbox.protocol import Output, Pool, Session

MIB = 2**20


def test_streams_displays_and_state(session: Session) -> None:
    shown: list[Output] = []
    first = session.run(
        "import sys\nx = 41\nprint('out')\nprint('err', file=sys.stderr)\nx + 1", on_output=shown.append
    )
    assert first.status == "ok"
    assert first.error is None
    assert not first.state_lost
    assert first.stdout.split() == ["out", "42"]
    assert first.stderr == "err\n"
    assert Output("display", "42\n") in shown
    assert session.run("print(x)").stdout == "41\n"


def test_an_error_is_told_without_escape_sequences(session: Session) -> None:
    result = session.run("def f():\n    raise ValueError('\\x1b[31mred\\x07')\nf()")
    assert result.status == "error"
    assert result.error is not None
    assert (result.error.type, result.error.message) == ("ValueError", "red")
    assert "line 2" in result.error.traceback
    assert "\x1b" not in result.error.traceback
    assert session.run("1").status == "ok"


def test_a_syntax_error_is_an_error(session: Session) -> None:
    result = session.run("def (")
    assert result.status == "error"
    assert result.error is not None
    assert result.error.type == "SyntaxError"
    assert result.error.message.endswith("(line 1)")
    assert ".py" not in result.error.message


@pytest.mark.parametrize("code", ["import sys; sys.exit()", "raise SystemExit(0)"])
def test_an_exit_without_a_fault_is_a_good_end(session: Session, code: str) -> None:
    result = session.run(f"print(1)\n{code}\nprint(2)")
    assert (result.status, result.stdout, result.stderr, result.error) == ("ok", "1\n", "", None)


def test_an_exit_with_a_fault_is_an_error_and_no_lesson_about_ipython(session: Session) -> None:
    result = session.run("import warnings\nwarnings.simplefilter('always')\nraise SystemExit(3)")
    assert (result.status, result.stderr) == ("error", "")
    assert result.error is not None
    assert (result.error.type, result.error.message) == ("SystemExit", "3")
    assert "%tb" not in result.error.traceback


def test_long_errors_and_displays_are_cut_and_no_fault(session: Session) -> None:
    result = session.run("raise ValueError('x' * 6_000_000)")
    assert (result.status, result.state_lost) == ("error", False)
    assert result.error is not None
    assert result.error.type == "ValueError"
    shown = session.run("display({'text/html': 'x' * 8_000_000, 'text/plain': 'plot'}, raw=True)\n'y' * 6_000_000")
    assert shown.status == "ok"
    assert shown.stdout.startswith("plot\n'yyy")
    assert shown.stdout.endswith("y…\n")


def test_output_is_cleaned(session: Session) -> None:
    result = session.run(r"print('a\x1b[1mb\x1b]0;title\x07c\rd\u202ee')")
    assert result.stdout == "abc\nde\n"


def test_what_programs_and_forks_print_is_seen(session: Session) -> None:
    code = "import os, subprocess\nsubprocess.run(['echo', 'program'])\n"
    code += "pid = os.fork()\nif pid == 0:\n    print('fork')\n    os._exit(0)\nos.waitpid(pid, 0)"
    assert set(session.run(code, timeout=20).stdout.split()) >= {"program", "fork"}


def test_a_timeout_interrupts_and_keeps_the_state(session: Session) -> None:
    result = session.run("x = 1\nwhile True: pass", timeout=0.3)
    assert (result.status, result.state_lost, result.error) == ("timeout", False, None)
    assert session.run("print(x)").stdout == "1\n"


def test_what_cannot_be_interrupted_is_killed(session: Session) -> None:
    result = session.run("import signal, time\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass", timeout=0.3)
    assert (result.status, result.state_lost) == ("timeout", True)
    after = session.run("1")
    assert (after.status, after.state_lost) == ("killed", True)


def test_interrupt_from_another_thread(session: Session) -> None:
    timer = threading.Timer(0.5, session.interrupt)
    timer.start()
    result = session.run("import time\ntime.sleep(30)", timeout=20)
    assert result.status == "error"
    assert result.error is not None
    assert result.error.type == "KeyboardInterrupt"
    assert result.seconds < 10


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(3)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import ctypes; ctypes.string_at(0)",
    ],
    ids=["exit", "sigkill", "segfault"],
)
def test_a_death_is_noticed_at_once(session: Session, code: str) -> None:
    started = time.monotonic()
    result = session.run(code, timeout=30)
    assert (result.status, result.state_lost) == ("killed", True)
    assert time.monotonic() - started < 10


def test_a_memory_error_keeps_the_state(session: Session) -> None:
    result = session.run("x = 7\nimport numpy as np\nnp.zeros((10**7, 10**7))")
    assert (result.status, result.state_lost) == ("out_of_memory", False)
    assert session.run("print(x)").stdout == "7\n"


def test_the_memory_limit_is_out_of_memory(session: Session) -> None:
    code = "kept = []\nwhile True:\n    kept.append(bytearray(b'x' * (16 << 20)))"
    result = session.run(code, timeout=60)
    assert (result.status, result.state_lost) == ("out_of_memory", True)


def test_endless_printing_is_too_much_output(session: Session) -> None:
    result = session.run("while True: print('x' * 1000)", timeout=60)
    assert result.status == "too_much_output"
    assert 0 < len(result.stdout) <= MIB
    assert result.error is None
    assert result.state_lost or session.run("1").status == "ok"


def test_one_gigantic_message_is_too_much_output(session: Session) -> None:
    result = session.run("print('x' * 60_000_000)", timeout=60)
    assert result.status == "too_much_output"


def test_buffers_both_ways(session: Session) -> None:
    code = """
import numpy as np
first, second = received_buffers()
send_buffer("sum", np.frombuffer(first, dtype="i8") + 1)
send_buffer("empty", b"")
send_buffer("long", bytes(second) * 9)
"""
    long = bytes(range(256)) * 4096
    result = session.run(code, buffers=[(5).to_bytes(8, "little"), memoryview(long)])
    assert result.status == "ok"
    assert dict(result.buffers) == {"sum": (6).to_bytes(8, "little"), "empty": b"", "long": long * 9}


def test_a_buffer_sent_again_replaces_the_first(session: Session) -> None:
    assert session.run("send_buffer('a', b'1')\nsend_buffer('a', b'23')").buffers == {"a": b"23"}


def test_too_many_buffers_are_too_much_output(session: Session) -> None:
    result = session.run("for i in range(20): send_buffer(str(i), bytes(4 << 20))", timeout=30)
    assert result.status == "too_much_output"
    assert sum(map(len, result.buffers.values())) <= 32 * MIB


def test_a_cell_may_send_back_no_more_than_it_was_told(session: Session) -> None:
    code = "send_buffer('a', bytes(1000))"
    assert session.run(code, buffer_bytes=1000).buffers == {"a": bytes(1000)}
    refused = session.run(code, buffer_bytes=999)
    assert (refused.status, refused.buffers) == ("too_much_output", {})


def test_put_and_get(session: Session) -> None:
    session.put("näme.bin", b"\0\1" * 1000)
    assert session.run("import os\nprint(os.path.getsize('näme.bin'))").stdout == "2000\n"
    assert session.get("näme.bin", max_bytes=2000) == b"\0\1" * 1000
    with pytest.raises(FileNotFoundError):
        session.get("none", max_bytes=10)


@pytest.mark.parametrize(
    "make",
    [
        "os.symlink('/etc/passwd', 'f')",
        "os.mkfifo('f')",
        "os.mkdir('f')",
        "open('f', 'wb').write(bytes(101))",
        "os.truncate(os.open('f', os.O_CREAT | os.O_WRONLY), 1 << 24)",
    ],
    ids=["link", "fifo", "folder", "large", "sparse"],
)
def test_get_refuses_all_but_plain_small_files(session: Session, make: str) -> None:
    session.run(f"import os\n{make}")
    with pytest.raises(ValueError, match="f was refused"):
        session.get("f", max_bytes=100)


@pytest.mark.parametrize("name", ["../f", "/etc/f", "", ".", "a\0b"])
def test_names_are_plain(session: Session, name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        session.put(name, b"")


def test_numeric_threads_and_workers(session: Session) -> None:
    code = """
import numpy as np, os
from joblib import Parallel, delayed
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import cross_val_score
from threadpoolctl import threadpool_info
X = np.random.default_rng(0).random((400, 3))
HistGradientBoostingClassifier(max_iter=5).fit(X, X[:, 0] > 0.5)
print({pool["num_threads"] for pool in threadpool_info()})
print(Parallel(2)(delayed(abs)(-i) for i in range(3)))
print(len(cross_val_score(RandomForestClassifier(5, n_jobs=2), X, X[:, 0] > 0.5, n_jobs=2)))
"""
    result = session.run(code, timeout=60)
    assert result.stdout == "{2}\n[0, 1, 2]\n5\n", result
    assert result.stderr == ""


def test_one_session_at_a_time(pool: Pool) -> None:
    with pool.session(), pytest.raises(RuntimeError, match="open Session"):
        pool.session()


def test_a_closed_session_runs_nothing(pool: Pool) -> None:
    session = pool.session()
    session.close()
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.run("1")
