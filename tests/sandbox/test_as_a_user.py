"""The backends that need no daemon as an unprivileged user has them, and what they do without a namespace."""

import json
import os
from collections.abc import Callable

import pytest

Run = Callable[..., str]

_PROBED = """
import json, os, subprocess, sys
from pathlib import Path
from mlpilot.sandbox import landlock
from mlpilot.sandbox.bubblewrap import Bubblewrap
from mlpilot.sandbox.landlock import Landlock
from mlpilot.sandbox.protocol import Limits
sandbox = {name}()
if not sandbox.probe().works:
    sys.exit(print(json.dumps(str(sandbox.probe()))))
"""

_REACH = """
neighbour = subprocess.Popen(["sleep", "600"])
secret = Path.home() / "key"
secret.write_text("secret")
cell = f'''
import json, os, signal, subprocess
reached = []
for name, attempt in dict(
    signal=lambda: os.kill({neighbour.pid}, signal.SIGTERM),
    host=lambda: os.kill({os.getpid()}, signal.SIGTERM),
    everybody=lambda: os.kill(-1, signal.SIGTERM),
    environment=lambda: open("/proc/{neighbour.pid}/environ").read(),
    read=lambda: open({str(secret)!r}).read(),
    write=lambda: open({str(secret)!r}, "a"),
    cut=lambda: os.truncate({str(secret)!r}, 0),
    remove=lambda: os.remove({str(secret)!r}),
    beside=lambda: open({str(secret) + ".new"!r}, "w"),
    socket=lambda: __import__("socket").socket(),
).items():
    try:
        attempt()
        reached.append(name)
    except OSError:
        pass
forks = 0
try:
    while True:
        if os.fork() == 0:
            import time
            time.sleep(60)
        forks += 1
except OSError:
    pass
print(json.dumps([os.getuid(), reached, forks]))
'''
with sandbox.open(Limits(memory_bytes=2**30, processes=40, disk_bytes=2**24)) as session:
    result = session.run(cell, timeout=60)
assert result.status == "ok", result
print(json.dumps([*json.loads(result.stdout), neighbour.poll(), secret.read_text()]))
neighbour.kill()
"""


def _answer(said: str) -> object:
    answer = json.loads(said.splitlines()[-1])
    if isinstance(answer, str):
        pytest.skip(f"NOT TESTED as a user: {answer}")
    return answer


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Landlock", marks=pytest.mark.landlock),
        pytest.param("Bubblewrap", marks=pytest.mark.bubblewrap),
    ],
)
def test_a_user_s_own_things_are_out_of_reach(run_program: Run, name: str) -> None:
    """Here the Cell has the user's own uid (in a namespace, another one that stands for it): no uid protects them."""
    answer = _answer(run_program(_PROBED.format(name=name) + _REACH, who="a user"))
    assert isinstance(answer, list)
    uid, reached, forks, neighbour, secret = answer
    assert uid != 0
    # In bubblewrap's PID namespace, -1 is everybody else inside, which is nobody that matters.
    assert [what for what in reached if what != "everybody"] == []
    assert 0 < forks <= 41
    assert neighbour is None
    assert secret == "secret"


@pytest.mark.landlock
def test_where_landlock_does_not_scope_signals_seccomp_refuses_them(run_program: Run) -> None:
    program = """
landlock.SIGNALS_ABI = 99
sandbox = Landlock()
cell = '''
import os, signal, subprocess, threading
child = subprocess.Popen(["sleep", "60"])
try:
    child.kill()
    print("killed")
except PermissionError:
    print("refused")
signal.signal(signal.SIGUSR1, lambda *_: print("own"))
os.kill(os.getpid(), signal.SIGUSR1)
signal.raise_signal(signal.SIGUSR1)
'''
print(json.dumps([sandbox.probe().works, sandbox.probe().detail]))
with sandbox.open(Limits(memory_bytes=2**30)) as session:
    result = session.run(cell, timeout=60)
print(json.dumps([result.status, result.stdout.split(), sandbox.probe().detail]))
"""
    answer = _answer(run_program(_PROBED.format(name="Landlock") + program, who="a user"))
    assert isinstance(answer, list)
    assert answer[:2] == ["ok", ["refused", "own", "own"]]
    assert "cannot signal the processes that it starts" in answer[2]


_LEAVE = """
import ctypes, os, subprocess, time
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "{mark}"])
    os._exit(0)
"""

_KILLED = """
import signal, time
def sleepers():
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout.splitlines()
    return [line for line in found if line == "sleep {mark}"]
host = '''
import sys, time
from mlpilot.sandbox.landlock import Landlock
from mlpilot.sandbox.protocol import Limits
session = Landlock().open(Limits(memory_bytes=2**30))
result = session.run(sys.argv[1], timeout=20)
assert result.status == "ok", result
print(session._session.box.walls.zygote.pid, flush=True)
time.sleep(600)
'''
with subprocess.Popen([sys.executable, "-c", host, {leave!r}], stdout=subprocess.PIPE, text=True) as process:
    zygote = int(process.stdout.readline())
    os.kill(zygote, signal.SIGSTOP)
    process.kill()
    os.kill(zygote, signal.SIGKILL)
time.sleep(0.5)
left = len(sleepers())
folders = len([*Path.home().glob(f"mlpilot-{{process.pid}}-*")])
sandbox.open(Limits(memory_bytes=2**30)).close()
print(json.dumps([left, folders, len(sleepers()), len([*Path.home().glob(f"mlpilot-{{process.pid}}-*")])]))
"""


@pytest.mark.landlock
@pytest.mark.parametrize("user", ["ourselves", "a user"])
def test_what_outlives_host_and_zygote_is_ended_at_the_next_start(run_program: Run, user: str) -> None:
    """A daemon that does not die with its kernel, when both who would end it are killed at once."""
    mark = f"{10_000_000 + os.getpid()}.{len(user)}"
    program = _PROBED.format(name="Landlock") + _KILLED.format(mark=mark, leave=_LEAVE.format(mark=mark))
    answer = _answer(run_program(program, who=user))
    assert isinstance(answer, list)
    left, folders, after, folders_after = answer
    assert (left, after) == (1, 0), "it outlived both, and is gone"
    assert folders > 0
    assert folders_after == 0


_COPIED = """
from mlpilot.sandbox.protocol import Mount
closed = Path.home() / "closed"
(closed / "data").mkdir(parents=True)
closed.chmod(0o700)
(closed / "data/secret").symlink_to("/etc/shadow")
mount = Mount(closed / "data", "/mnt/data")
seen = []
for text in ("first", "second"):
    (closed / "data/table").write_text(text)
    (closed / "data/table").chmod(0o600)
    with sandbox.open(Limits(memory_bytes=2**30), [mount]) as session:
        at = sandbox.inside(mount)
        seen.append(session.run(f"import os; print(open('{at}/table').read(), end='')").stdout)
        refused = [session.run(f"open('{at}/{name}', '{mode}')").error for name, mode in (("new", "w"), ("secret", "r"))]
        seen += [error and error.type for error in refused]
shown = Path(at)
del sandbox, session
import gc
gc.collect()
print(json.dumps([seen, str(shown).startswith(str(closed)), shown.exists()]))
"""


@pytest.mark.landlock
@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_root_who_may_not_mount_shows_a_copy_of_what_is_closed_to_others(run_program: Run) -> None:
    answer = _answer(run_program(_PROBED.format(name="Landlock") + _COPIED, who="root in a container"))
    refused = ["PermissionError", "PermissionError"]
    assert answer == [["first", *refused, "second", *refused], False, False]


@pytest.mark.landlock
@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_root_who_may_not_mount_is_told_which_folder_is_in_the_way_of_python(run_program: Run) -> None:
    program = """
import os
from pathlib import Path
from mlpilot.sandbox.inside import reach
(Path.home() / "closed").mkdir(mode=0o700)
(Path.home() / "closed" / "python").mkdir()
os.setgroups([])
try:
    reach.lay_open([str(Path.home() / "closed" / "python")], "/tmp", 12345)
except RuntimeError as error:
    print(error)
"""
    said = run_program(program, who="root in a container")
    assert "/closed is closed to others: `chmod o+x " in said
    assert len(said.splitlines()) == 1
