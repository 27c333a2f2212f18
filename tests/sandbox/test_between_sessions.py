"""What one Session leaves for the next of the same pool: nothing. The first half writes, the second half looks."""

import os
from pathlib import Path

import pytest

from mlpilot.sandbox.protocol import Pool

MARK = "mlpilot-left-this"
LONG = str(10_000_000 + os.getpid())
"""Seconds to sleep, unlike those of any other test run."""


def left_behind(pool: Pool, leave: str, look: str) -> str:
    """What `look` prints in the Session after one that ran `leave`."""
    with pool.session() as first:
        told = first.run(leave, timeout=20)
        assert told.status in ("ok", "error"), told
    with pool.session() as second:
        seen = second.run(look, timeout=20)
    assert seen.status == "ok", seen
    return seen.stdout


_WALK = """
import os
for top in ("/scratch", "/dev/shm", "/tmp", "/var/tmp", "/run", os.getcwd()):
    for folder, folders, files in os.walk(top):
        print(*folders, *files)
"""


def test_no_file(walled_pool: Pool) -> None:
    leave = f"""
import os
for place in (".", "/scratch", "/dev/shm", "/tmp", "/var/tmp", "/run", "/usr/lib", "/dev", "/etc"):
    try:
        open(os.path.join(place, "{MARK}"), "w").write("x")
    except OSError as error:
        print(error)
"""
    look = _WALK + f"print([os.path.exists(os.path.join(p, '{MARK}')) for p in ('.', '/scratch', '/dev/shm', '/tmp')])"
    seen = left_behind(walled_pool, leave, look)
    assert MARK not in seen
    assert "True" not in seen


def test_no_shared_memory(walled_pool: Pool) -> None:
    leave = f"""
from multiprocessing import shared_memory, resource_tracker
block = shared_memory.SharedMemory("{MARK}", create=True, size=8)
resource_tracker.unregister("/{MARK}", "shared_memory")
print("made")
"""
    look = f"""
from multiprocessing import shared_memory
try:
    print(bytes(shared_memory.SharedMemory("{MARK}").buf))
except FileNotFoundError:
    print("gone")
"""
    assert left_behind(walled_pool, leave, look) == "gone\n"


def test_scratch_is_another_and_cannot_be_found(walled_pool: Pool) -> None:
    with walled_pool.session() as first:
        old = first.run("import os\nprint(os.getcwd())").stdout.strip()
    with walled_pool.session() as second:
        seen = second.run(f"import os\nprint(os.getcwd())\nprint(os.path.exists({old!r}))").stdout.split()
    assert seen[0] != old
    assert seen[1] == "False"


@pytest.mark.parametrize(
    "start",
    [
        f"subprocess.Popen(['sleep', '{LONG}'])",
        f"subprocess.Popen(['sleep', '{LONG}'], start_new_session=True)",
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import time; time.sleep(1000)\n    os._exit(0)",
        "if os.fork() == 0:\n    import signal\n    [signal.signal(n, signal.SIG_IGN) for n in range(1, 32) if n not in (9, 19)]\n    while True: pass",
    ],
    ids=["child", "session", "daemon", "deaf"],
)  # fmt: skip
def test_no_process(walled_pool: Pool, start: str) -> None:
    with walled_pool.session() as first:
        first.run(f"import os, subprocess\n{start}", timeout=20)
    assert not _sleepers()
    with walled_pool.session() as second:
        assert second.run("1").status == "ok"


def _sleepers() -> list[str]:
    """Command lines of the sleepers that this test run has started."""
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                lines.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
    return [line for line in lines if line.startswith(f"sleep {LONG}")]


@pytest.mark.parametrize("step", ["", "if os.fork(): os._exit(0)"], ids=["daemon", "hopper"])
def test_what_goes_on_in_the_background_ends(walled_pool: Pool, step: str) -> None:
    """A daemon, and one that is a new process at every step, faster than anybody can look."""
    leave = f"""
import os
if os.fork() == 0:
    os.setsid()
    while True:
        {step}
        try:
            open("/dev/shm/{MARK}", "w").write("x")
        except OSError:
            pass
"""
    look = f"import os, time\ntime.sleep(0.3)\nprint(os.path.exists('/dev/shm/{MARK}'))"
    assert left_behind(walled_pool, leave, look) == "False\n"


def test_no_environment_and_no_memory(walled_pool: Pool) -> None:
    leave = f"import os, sys, builtins\nos.environ['{MARK}'] = '1'\nsys.{MARK.replace('-', '_')} = 1\nbuiltins.left = 1"
    look = f"import os, sys, builtins\nprint('{MARK}' in os.environ, hasattr(sys, '{MARK.replace('-', '_')}'), hasattr(builtins, 'left'))"
    assert left_behind(walled_pool, leave, look) == "False False False\n"


def test_no_metadata(walled_pool: Pool) -> None:
    """Mode, owner, times and attributes of everything that both can name (landlock has neither /scratch nor /opt)."""
    places = ["/", "/scratch", "/dev/shm", "/dev/null", "/tmp", "/opt/mlpilot", "/usr", "/proc", "/dev"]
    leave = f"""
import os
for place in {places!r}:
    for attempt in (
        lambda: os.utime(place, (1234567, 1234567)),
        lambda: os.chmod(place, 0o1710),
        lambda: os.setxattr(place, b"user.left", b"x"),
    ):
        try:
            attempt()
        except OSError:
            pass
"""
    look = f"""
import os
for place in filter(os.path.exists, {places!r}):
    status = os.stat(place)
    if 1234567 in (int(status.st_mtime), int(status.st_atime)) or status.st_mode & 0o7777 == 0o1710:
        print(place, "was changed")
    try:
        print(os.listxattr(place) or "")
    except OSError:
        pass
"""
    assert left_behind(walled_pool, leave, look).strip() == ""


def test_copying_metadata_goes_on_working(walled_pool: Pool) -> None:
    with walled_pool.session() as session:
        result = session.run(
            "import shutil\nopen('a', 'w').write('x')\nshutil.copy2('a', 'b')\nshutil.copystat('a', 'b')"
        )
    assert result.status == "ok", result


def test_no_limits_and_no_priority_of_the_zygote(walled_pool: Pool) -> None:
    leave = """
import os, resource
for pid in range(1, 300):
    if pid != os.getpid():
        for attempt in (
            lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (77, 77)),
            lambda: os.setpriority(os.PRIO_PROCESS, pid, 13),
            lambda: os.sched_setaffinity(pid, {0}),
        ):
            try:
                attempt()
            except OSError:
                pass
try:
    os.setpriority(os.PRIO_USER, 0, 13)
except OSError:
    pass
"""
    look = "import os, resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 77, os.getpriority(os.PRIO_PROCESS, 0))"
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert left_behind(walled_pool, leave, look) == f"False {before}\n"


def test_no_file_lock_and_no_descriptor(walled_pool: Pool) -> None:
    look = """
import os
known = {"/dev/null", "anon_inode:[eventfd]", "anon_inode:[eventpoll]"}
for fd in os.listdir("/proc/self/fd"):
    try:
        target = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue
    if not (target in known or target.startswith(("socket:", "pipe:", "/proc/"))):
        print(target)
"""
    assert left_behind(walled_pool, "1", look) == ""


def test_the_pool_survives_what_it_must_clean_up(walled_pool: Pool) -> None:
    deep = "import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')"
    locked = "import os\nos.mkdir('locked', 0)\nos.mkdir('other')\nopen('other/f', 'w').close()"
    for leave in (deep, locked):
        assert "d" not in left_behind(walled_pool, leave, "import os\nprint(os.listdir('.'))")
