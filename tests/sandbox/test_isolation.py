"""What a Cell cannot reach: the network, the host's files, secrets, rights, the kernel's sharp edges."""

import os
import socket
from pathlib import Path

import pytest

from mlpilot.sandbox.protocol import Limits, Mount, Sandbox, Session

ROOT = Path(__file__).resolve().parents[2]


def attempts(session: Session, *expressions: str) -> dict[str, str]:
    """What came of each expression: the type of its exception, or `allowed`."""
    code = f"""
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
for expression in {expressions!r}:
    try:
        exec(expression)
        print(expression, "allowed", sep="\\t")
    except Exception as error:
        print(expression, type(error).__name__, sep="\\t")
"""
    result = session.run(code, timeout=30)
    assert result.status == "ok", result
    return dict(line.split("\t") for line in result.stdout.splitlines())


def test_no_network_of_any_family(inside: Session) -> None:
    """Numbers instead of names, since Python does not name them all; socketpair stays, since it reaches nobody."""
    families = [f"socket.socket({family}, {kind})" for family in range(1, 46) for kind in (1, 2, 3, 5)]
    assert set(attempts(inside, *families).values()) == {"OSError"}
    assert attempts(inside, "socket.socketpair()")["socket.socketpair()"] == "allowed"
    datagrams = ["socket.socketpair(type=socket.SOCK_DGRAM)", "socket.socketpair()[0].bind(bytes(1) + b'abstract')"]
    assert "allowed" not in attempts(inside, *datagrams).values()


def test_no_way_to_a_listener_of_the_host(inside: Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        tried = attempts(inside, f"socket.create_connection(('127.0.0.1', {port}), timeout=2)")
    assert "allowed" not in tried.values()


@pytest.mark.parametrize(
    "path", ["/etc/shadow", "/etc/ssh", "/root/.bashrc", "/home", "/var/log", "/run", "/boot", "/sys/kernel", "/proc/1/environ"]
)  # fmt: skip
def test_no_file_of_the_host(inside: Session, path: str) -> None:
    tried = attempts(inside, f"open({path!r}).read()", f"os.listdir({path!r})")
    assert "allowed" not in tried.values()


def test_no_file_of_the_repository_or_the_run(inside: Session) -> None:
    here = [ROOT / "pyproject.toml", ROOT / ".git" / "HEAD", ROOT / "agent" / "task.py", Path(__file__), Path.cwd()]
    tried = attempts(inside, *(f"os.stat({str(path)!r}).st_size and open({str(path)!r}).read()" for path in here[:4]))
    assert "allowed" not in tried.values()
    assert "allowed" not in attempts(inside, f"os.listdir({str(here[4])!r})").values()


def test_nothing_writable_but_scratch(inside: Session) -> None:
    code = """
import os
for place in ("/", "/tmp", "/var/tmp", "/usr", "/etc", "/opt/mlpilot", "/scratch", "/proc/self", "/dev", "/dev/mqueue", "/run"):
    try:
        open(os.path.join(place, "x"), "w").close()
        print("wrote", place)
    except OSError:
        pass
open("x", "w").close()
print(os.getcwd() == os.environ["HOME"] == os.environ["TMPDIR"])
"""
    assert inside.run(code).stdout == "True\n"


def test_no_secret_in_the_environment(walled: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret@proxy")
    with walled.open(_small()) as session:
        seen = session.run(
            "import os, subprocess\nprint(dict(os.environ))\nprint(subprocess.run('env', capture_output=True).stdout)"
        )
        proc = session.run("print(open('/proc/self/environ').read())")
    assert seen.status == "ok"
    for text in (seen.stdout, proc.stdout):
        assert "secret" not in text
        assert os.environ["HOME"] + "\n" not in text


def test_no_rights(inside: Session) -> None:
    status = inside.run(
        "import os\nprint(os.getuid(), os.getgid(), os.getgroups())\nprint(open('/proc/self/status').read())"
    ).stdout
    assert status.split()[0] != "0"
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(fields[name], 16) == 0
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"


def test_setuid_programs_gain_nothing(inside: Session) -> None:
    assert (
        "root"
        not in inside.run(
            "import subprocess\nprint(subprocess.run(['su', '-c', 'id -un'], capture_output=True, text=True).stdout)",
            timeout=20,
        ).stdout
    )


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="system call numbers of x86_64")
@pytest.mark.parametrize(
    "call",
    {
        "ptrace": "101, 16, 1", "process_vm_readv": "310, 1, 0, 0, 0, 0, 0", "mount": "165, 0, 0, 0, 0, 0",
        "umount2": "166, b'/proc', 2", "chroot": "161, b'/'", "unshare user": "272, 0x10000000", "setns": "308, 0, 0",
        "clone user": "56, 0x10000000 | 17, 0, 0, 0, 0", "clone3": "435, 0, 0", "bpf": "321, 0, 0, 0",
        "io_uring": "425, 1, bytes(120)", "perf": "298, bytes(112), 0, -1, -1, 0", "userfaultfd": "323, 0",
        "keyctl": "250, 0, -3, 1", "add_key": "248, b'user', b'x', b'y', 1, -3", "shmget": "29, 7, 4096, 0o1600",
        "msgget": "68, 7, 0o1600", "semget": "64, 7, 1, 0o1600", "mq_open": "240, b'x', 0o102, 0o600, 0",
        "memfd": "319, b'x', 0", "open_by_handle": "304, -100, bytes(128), 0", "personality": "135, 0x40000",
        "syslog": "103, 3, bytes(100), 100", "kexec": "246, 0, 0, 0, 0", "quota": "179, 0, 0, 0, 0", "reboot": "169, 0",
        "pidfd_getfd": "438, 0, 0, 0", "x32 read": "0x40000000, 0, 0, 0", "TIOCSTI": "16, 1, 0x5412, b'x'",
        "interfaces": "16, 3, 0x8912, bytes(16)",
    }.items(),
    ids=lambda call: call[0],
)  # fmt: skip
def test_sharp_system_calls_are_refused(inside: Session, call: tuple[str, str]) -> None:
    assert set(attempts(inside, f"call({call[1]})").values()) <= {"OSError", "PermissionError"}


def test_others_cannot_be_touched(inside: Session) -> None:
    """The zygote and the spare are there, and this Session can neither signal them nor read of them."""
    code = """
import os, signal
reached = []
for pid in range(1, 400):
    if str(pid) in os.listdir("/proc/self/task"):
        continue
    for attempt in (lambda: os.kill(pid, signal.SIGUSR1), lambda: open(f"/proc/{pid}/stat").read()):
        try:
            attempt()
            reached.append(pid)
        except OSError:
            pass
print(reached)
"""
    assert inside.run(code, timeout=30).stdout == "[]\n"


def test_nothing_of_the_host_s_network_or_mounts(walled: Sandbox, inside: Session) -> None:
    """In namespaces there is another network and there are other mounts; where there are none, no file tells of them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f":{server.getsockname()[1]:04X} "
        code = f"""
for name in ("net/tcp", "net/unix", "net/route", "mountinfo", "mounts", "root/etc/shadow", "task/self/net/tcp"):
    try:
        text = open("/proc/self/" + name.replace("self", str(__import__("os").getpid()))).read()
    except OSError:
        continue
    print(name, {port!r} in text)
"""
        told = inside.run(code).stdout
    assert "True" not in told
    if walled.name == "landlock":
        assert told == ""


def test_what_walls_around_files_do_not_see_is_refused(inside: Session) -> None:
    """Watching, attributes, leases, signals by way of a file, flags: each would be allowed on a file of one's own."""
    inside.run("import fcntl, os\nfile = open('own', 'w+')")
    tried = attempts(
        inside,
        "call(294, 0) if os.uname().machine == 'x86_64' else call(26, 0)",
        "os.getxattr('own', 'user.x')",
        "os.listxattr('own')",
        *(f"__import__('fcntl').fcntl(open('own', 'w'), {command}, 1)" for command in (8, 10, 1024)),
        "__import__('fcntl').ioctl(open('own'), 0x80086601, bytes(8))",
    )
    assert set(tried.values()) <= {"OSError", "PermissionError"}


def test_files_and_descriptors_are_bounded(walled: Sandbox) -> None:
    limits = Limits(memory_bytes=2**30, disk_bytes=2**26, files=3000)
    with walled.open(limits) as session:
        opened = session.run("import os\nkept = []\nwhile True: kept.append(os.dup(1))", timeout=30)
        assert opened.error is not None
        assert opened.error.message == "[Errno 24] Too many open files"
        session.run("print([os.close(fd) for fd in kept][:0])")
        assert session.run("for i in range(2000): open(str(i), 'w').close()", timeout=60).status == "ok"
        result = session.run("import itertools\nfor i in itertools.count(): open(f'x{i}', 'w').close()", timeout=60)
        assert result.status == "disk_full"


def test_a_fork_bomb_stays_inside(inside: Session) -> None:
    code = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        os._exit(1)"
    assert inside.run(code, timeout=5).status in ("killed", "timeout", "out_of_memory")


def test_a_full_disk_is_told_and_survived(inside: Session) -> None:
    result = inside.run(
        "with open('big', 'wb') as file:\n    while True:\n        file.write(bytes(1 << 20))", timeout=30
    )
    assert (result.status, result.state_lost) == ("disk_full", False)
    assert inside.run("import os\nos.remove('big')\nopen('small', 'w').write('x')").status == "ok"


def test_a_mount_is_seen_read_only_and_nothing_beside_it(walled: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "table.csv").write_text("a,b\n")
    (tmp_path / "secret").write_text("s")
    mount = Mount(tmp_path / "data", "/mnt/data")
    at = walled.inside(mount)
    with walled.open(_small(), [mount]) as session:
        assert session.run(f"print(open('{at}/table.csv').read())").stdout == "a,b\n\n"
        tried = attempts(
            session,
            f"open('{at}/table.csv', 'a')",
            f"open('{at}/new', 'w')",
            f"os.remove('{at}/table.csv')",
            f"open('{at}/../secret')",
            f"open({str(tmp_path / 'secret')!r})",
        )
    assert "allowed" not in tried.values()
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["table.csv"]


def _small() -> Limits:
    return Limits(memory_bytes=2**30, disk_bytes=2**24)
