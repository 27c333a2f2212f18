"""Starting and ending: what is prepared, what refuses to start, and that nothing is left on the host."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlpilot.sandbox.choose import choose, probes
from mlpilot.sandbox.errors import NoSandboxError, UserError
from mlpilot.sandbox.folder import owner, owner_is_dead
from mlpilot.sandbox.memory import MemoryWatch, tree
from mlpilot.sandbox.pool import PoolSession
from mlpilot.sandbox.protocol import Limits, Mount, Sandbox

SMALL = Limits(memory_bytes=2**30, disk_bytes=2**24)


def _belongings() -> set[str]:
    """What of ours there is on the host: folders, control groups, containers."""
    found = {str(path) for path in Path("/tmp").glob(f"mlpilot-{owner()}-*")}
    found |= {str(path) for path in Path("/sys/fs/cgroup").rglob(f"mlpilot-{owner()}-*")}
    if "DOCKER_HOST" in os.environ:
        from mlpilot.sandbox.docker import connect

        containers = connect().containers.list(all=True, filters={"label": f"mlpilot.owner={owner()}"})
        found |= {container.name for container in containers}
    return found


def _children() -> set[int]:
    return tree(os.getpid())


def test_close_leaves_nothing(sandbox: Sandbox) -> None:
    things, processes = _belongings(), _children()
    session = sandbox.open(SMALL)
    session.run("import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True)")
    assert _belongings() - things
    session.close()
    session.close()
    assert _belongings() == things
    assert _children() <= processes


def test_preload_and_path_are_there(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("VALUE = 'from the mount'\n")
    tmp_path.chmod(0o755)
    mount = Mount(tmp_path, "/mnt/helpers")
    preload = "import sys, helper\nsys.prepared = helper.VALUE"
    with sandbox.pool(SMALL, [mount], preload=preload, path=["/mnt/helpers"]) as pool, pool.session() as session:
        assert session.run("import sys, helper\nprint(sys.prepared)").stdout == "from the mount\n"
        assert session.run(f"import os\nprint(os.listdir({sandbox.inside(mount)!r}))").stdout.count("helper.py") == 1


@pytest.mark.parametrize(
    ("preload", "said"),
    [
        ("import no_such_module", "no_such_module"),
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "threads"),
        ("import builtins, mmap\nbuiltins.kept = mmap.mmap(-1, 4096)", "share"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_preload_that_cannot_be_forked_is_refused(preload: str, said: str, walled: Sandbox) -> None:
    things = _belongings()
    with pytest.raises(NoSandboxError, match=said):
        walled.pool(SMALL, preload=preload)
    assert _belongings() == things


def test_the_sandbox_dies_with_its_owner(walled: Sandbox) -> None:
    """The owner is killed; bubblewrap's processes die with it, a container at the latest when the next pool starts."""
    code = f"""
import time
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.folder import owner
from mlpilot.sandbox.protocol import Limits
session = choose({walled.name!r}).open(Limits(memory_bytes=2**30))
session.run("import subprocess; subprocess.Popen(['sleep', '4321'])")
print(owner(), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    assert owner_is_dead(name)
    assert not owner_is_dead(owner())
    deadline = time.monotonic() + 10
    while _sleepers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _sleepers()
    walled.open(SMALL).close()
    assert not [*Path("/tmp").glob(f"mlpilot-{name}-*")]
    assert not [*Path("/sys/fs/cgroup").rglob(f"mlpilot-{name}-*")]


def _sleepers() -> list[str]:
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(entry.read_bytes())
        except OSError:
            continue
    return [line.decode() for line in lines if line.startswith(b"sleep\x004321")]


def test_a_pool_outlives_the_thread_that_opened_it(sandbox: Sandbox) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as worker:
        pool = worker.submit(sandbox.pool, SMALL).result()
    time.sleep(0.2)
    with pool, pool.session() as session:
        assert session.run("print(1)").stdout == "1\n"


def test_a_pool_recovers_when_its_zygote_dies(walled: Sandbox) -> None:
    with walled.pool(SMALL) as pool:
        with pool.session() as session:
            assert isinstance(session, PoolSession)
            session.box.walls.destroy()
            result = session.run("1", timeout=10)
            assert (result.status, result.state_lost) == ("killed", True)
        with pool.session() as session:
            assert session.run("print(2)").stdout == "2\n"


def test_the_memory_watch_kills_and_says_so() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "x = bytearray(b'1' * (300 << 20))\nimport time; time.sleep(60)"]
    ) as hog:
        watch = MemoryWatch(hog.pid, 100 << 20)
        assert hog.wait(20) == -signal.SIGKILL
        time.sleep(0.1)
        watch.remove()
    assert watch.out_of_memory()
    assert not watch.out_of_memory()


def test_choosing() -> None:
    with pytest.raises(UserError, match="choose one of"):
        choose("vmware")
    assert choose("none").name == "none"
    assert {name for name, _ in probes()} == {"docker", "bubblewrap", "landlock"}


def test_docker_without_an_engine_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(NoSandboxError, match="no Docker engine answers") as caught:
        choose("docker")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 4


def test_without_landlock_each_session_has_a_sandbox_of_its_own(
    walled: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a kernel that has none: the pool then relies on nothing but fresh walls."""
    monkeypatch.setattr("mlpilot.sandbox.pool._LANDLOCK", 99)
    monkeypatch.setattr("mlpilot.sandbox.pool._LANDLOCK_SIGNALS", 99)
    things = _belongings()
    with walled.pool(SMALL) as pool:
        boxes = []
        for _ in range(3):
            with pool.session() as session:
                assert session.run("print(1)").stdout == "1\n"
                assert isinstance(session, PoolSession)
                boxes.append(session.box)
        assert len({id(box) for box in boxes}) == 3
        assert not any(box.alive for box in boxes)
    assert _belongings() == things


def test_where_signals_are_not_scoped_no_spare_lives_beside_a_session(
    walled: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlpilot.sandbox.pool._LANDLOCK_SIGNALS", 99)
    with walled.pool(SMALL) as pool:
        for _ in range(2):
            with pool.session() as session:
                if walled.name == "landlock":  # no PID namespace: the host's own processes would be counted inside
                    assert isinstance(session, PoolSession)
                    assert len(tree(session.box.walls.zygote.pid)) == 2, "the zygote and the kernel"
                else:
                    assert session.run(_OTHERS, timeout=20).stdout == "2\n", "process 1 and the zygote"


_OTHERS = """
import os
mine = {int(task) for task in os.listdir("/proc/self/task")}
print(sum(os.path.exists(f"/proc/{pid}") for pid in range(1, 3000) if pid not in mine))
"""


@pytest.mark.parametrize("target", ["/data", "/mnt", "/mnt/../etc", "mnt/data"])
def test_mounts_lie_below_mnt(target: str) -> None:
    with pytest.raises(ValueError, match="below /mnt"):
        Mount(Path("/usr"), target)


def test_a_mount_that_is_not_there_is_told(walled: Sandbox) -> None:
    with pytest.raises(NoSandboxError, match="nowhere"):
        walled.open(SMALL, [Mount(Path("/nowhere"), "/mnt/data")])
