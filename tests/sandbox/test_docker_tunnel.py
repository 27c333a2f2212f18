"""A sample of what every sandbox must do, through the tunnel: where no socket can be shared with a container.

All of it is run so by `test_docker_elsewhere.py`, which takes longer.
"""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpilot.sandbox.docker import connect
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import owner
from mlpilot.sandbox.memory import resident
from mlpilot.sandbox.pool import PoolSession
from mlpilot.sandbox.protocol import Limits, Mount, Pool, Sandbox, Session

pytestmark = pytest.mark.docker
MIB = 2**20
LIMITS = Limits(memory_bytes=768 * MIB, processes=64, disk_bytes=32 * MIB, output_bytes=MIB, buffer_bytes=64 * MIB)


@pytest.fixture(scope="module")
def pool(tunnelled: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "deep").mkdir()
    (folder / "deep" / "täble.csv").write_text("a,b\n1,2\n")
    (folder / "mine").write_text("for my eyes")
    (folder / "mine").chmod(0o600)
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "helper.py").write_text("VALUE = 'from the mount'\n")
    os.mkfifo(folder / "pipe")
    file = folder / "deep" / "täble.csv"
    mounts = [Mount(folder, "/mnt/data"), Mount(file, "/mnt/one/t.csv")]
    with tunnelled.pool(LIMITS, mounts, preload="import helper", path=["/mnt/data"]) as pool:
        yield pool


@pytest.fixture
def session(pool: Pool) -> Iterator[Session]:
    with pool.session() as session:
        yield session


def test_state_streams_and_errors(session: Session) -> None:
    first = session.run("import sys\nx = 41\nprint('out')\nprint('err', file=sys.stderr)\nx + 1")
    assert (first.status, first.stdout.split(), first.stderr) == ("ok", ["out", "42"], "err\n")
    assert session.run("1 / 0").status == "error"
    assert session.run("print(x)").stdout == "41\n"


def test_bytes_arrive_as_they_were_sent(session: Session) -> None:
    data = os.urandom(24 * MIB)
    result = session.run("[data] = received_buffers()\nsend_buffer('back', data)", buffers=[data], timeout=60)
    assert result.status == "ok", result
    assert hashlib.sha256(result.buffers["back"]).digest() == hashlib.sha256(data).digest()


def test_a_flood_is_cut_and_fills_no_memory(pool: Pool) -> None:
    before = resident(os.getpid())
    with pool.session() as session:
        result = session.run("while True:\n    print('x' * 1000)", timeout=30)
        assert result.status == "too_much_output"
        # What a line is too slow for waits in the kernel's own memory, which is bounded too.
        flood = session.run("while True:\n    send_buffer('x', bytes(1 << 20))", timeout=30)
        assert flood.status in ("too_much_output", "out_of_memory")
    assert resident(os.getpid()) < before + 256 * MIB
    with pool.session() as session:
        assert session.run("print(1)").stdout == "1\n"


def test_time_and_interrupts(session: Session) -> None:
    assert session.run("x = 1\nwhile True: pass", timeout=0.3).status == "timeout"
    threading.Timer(0.3, session.interrupt).start()
    stopped = session.run("import time\ntime.sleep(60)", timeout=30)
    assert stopped.error is not None
    assert stopped.error.type == "KeyboardInterrupt"
    assert session.run("print(x)").stdout == "1\n"


def test_memory_that_ran_out_is_told_as_such(pool: Pool) -> None:
    with pool.session() as session:
        child = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'x = bytearray(1 << 31)'], check=True)"
        assert session.run(child, timeout=60).status == "out_of_memory"
        assert session.run("print(1)").stdout == "1\n"
        result = session.run("x = bytearray(1 << 31)", timeout=60)
        assert (result.status, result.state_lost) == ("out_of_memory", True)
    with pool.session() as session:
        killed = session.run("import os\nos.kill(os.getpid(), 9)", timeout=60)
        assert (killed.status, killed.state_lost) == ("killed", True)


def test_nothing_is_left_for_the_next(pool: Pool) -> None:
    with pool.session() as session:
        session.run("open('left', 'w').close()\nopen('/dev/shm/left', 'w').close()\nimport os\nhere = os.getcwd()")
    with pool.session() as session:
        look = "import os\nprint(os.listdir('.'), os.path.exists('/dev/shm/left'), 'here' in globals())"
        assert "left" not in session.run(look).stdout
        assert session.run(look).stdout.endswith(" False False\n")


def test_no_rights_and_no_way_out(session: Session) -> None:
    seen = session.run("import os\nprint(os.getuid())\nprint(open('/proc/self/status').read())").stdout
    fields = dict(line.split(":\t", 1) for line in seen.splitlines() if ":\t" in line)
    assert seen.split()[0] == "65534"
    assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 0
    assert fields["NoNewPrivs"] == "1"
    code = """
import os, socket
for family in (1, 2, 10, 16, 17, 40):
    try:
        socket.socket(family, 1)
        print("a socket")
    except OSError:
        pass
for pid in range(1, 50):
    for attempt in (lambda: os.kill(pid, 0), lambda: open(f"/proc/{pid}/environ").read(), lambda: os.listdir(f"/proc/{pid}/fd")):
        try:
            if pid != os.getpid() and str(pid) not in os.listdir("/proc/self/task"):
                attempt()
                print("reached", pid)
        except OSError:
            pass
"""
    assert session.run(code).stdout == ""


def test_mounts_are_copies_readable_and_read_only(session: Session) -> None:
    code = """
import os, helper
print(helper.VALUE)
print(sorted(os.listdir('/mnt/data')))
print(open('/mnt/data/deep/täble.csv').read() == open('/mnt/one/t.csv').read() == 'a,b\\n1,2\\n', open('/mnt/data/mine').read())
for path in ('/mnt/new', '/mnt/data/new', '/mnt/data/mine', '/opt/mlpilot/new'):
    try:
        open(path, 'a')
        print('wrote', path)
    except OSError:
        pass
"""
    lines = session.run(code).stdout.splitlines()
    assert lines[0] == "from the mount"
    assert lines[1] == "['deep', 'helper.py', 'mine']", "no link, no pipe"
    assert lines[2:] == ["True for my eyes"]


def test_closing_leaves_nothing(tunnelled: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    before = _belongings(owner())
    threads = threading.active_count()
    with tunnelled.open(LIMITS, [Mount(tmp_path, "/mnt/data")]) as session:
        assert session.run("print(open('/mnt/data/file').read())").stdout == "x\n"
        assert len(_belongings(owner()) - before) == 3, "a container and two volumes"
    assert _belongings(owner()) == before
    assert threading.active_count() == threads
    with pytest.raises(NoSandboxError, match="nowhere"):
        tunnelled.open(LIMITS, [Mount(Path("/nowhere"), "/mnt/data")])
    assert _belongings(owner()) == before


def test_an_engine_that_hangs_up_costs_the_session_and_no_more(tunnelled: Sandbox) -> None:
    with tunnelled.pool(LIMITS) as pool:
        with pool.session() as session:
            assert isinstance(session, PoolSession)
            threading.Timer(0.3, session.box.walls.destroy).start()
            result = session.run("import time\ntime.sleep(60)", timeout=30)
            assert (result.status, result.state_lost) == ("killed", True)
        with pool.session() as session:
            assert session.run("print(2)").stdout == "2\n"


def _belongings(whose: str) -> set[str]:
    client = connect()
    label = {"label": f"mlpilot.owner={whose}"}
    containers = {container.name for container in client.containers.list(all=True, filters=label)}
    return containers | {volume.name for volume in client.volumes.list(filters=label)}


def test_what_a_killed_owner_leaves_ends_by_itself_and_is_reaped(tunnelled: Sandbox) -> None:
    code = """
import time
from mlpilot.sandbox.docker import Docker
from mlpilot.sandbox.folder import owner
from mlpilot.sandbox.protocol import Limits
session = Docker(transport="stdio").open(Limits(memory_bytes=2**30))
session.run("import subprocess; subprocess.Popen(['sleep', '4321'])")
print(owner(), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    client = connect()
    deadline = time.monotonic() + 10
    label = {"label": f"mlpilot.owner={name}"}
    while client.containers.list(filters=label) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not client.containers.list(filters=label), "nothing runs any more"
    tunnelled.open(LIMITS).close()
    assert not _belongings(name)
