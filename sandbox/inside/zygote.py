"""The zygote: imports what kernels need, once, and forks a locked-in kernel for each Session ahead of need.

It runs our code only, in one thread, from the first to the last, and no word that a kernel has written ever stands in
its memory, of which every kernel gets a copy. When a Session ends, a janitor (a child that ends with its work) kills
all that was left behind and empties what could be written, and the host is told.
"""

import contextlib
import ctypes
import gc
import json
import os
import resource
import secrets
import select
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlpilot.sandbox.inside import janitor, landlock, lock, reach, seccomp, wire

SHARED_MEMORY = Path("/dev/shm")
_EVERY_SECONDS = 0.1
"""How often files are counted while there are kernels."""
_OPEN_FILES = 4096
"""Descriptors that a process may have: enough for anything but a bomb of them."""
_COMPLAINTS = 100
"""Where a kernel that does not come up says why; closed before it serves its first cell."""
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER = 1, 4, 24, 36
_CAPABILITIES = 64
_libc = ctypes.CDLL(None)


@dataclass
class _Kernel:
    name: str
    pid: int
    scratch: Path


@dataclass
class Zygote:
    """What the host asks for by name: `fork`, `interrupt`, `kill`, `sweep`."""

    channel: socket.socket
    scratch: Path
    read: list[str]
    devices: list[str]
    threads: int
    libraries: Any
    expendable: "_Expendable"
    shared_memory: bool
    enclosed: bool
    without: list[seccomp.Without]
    files: int
    kernels: dict[str, _Kernel] = field(default_factory=dict)
    pid: int = field(default_factory=os.getpid)

    def fork(self, message: dict[str, Any], fds: list[int]) -> None:
        """Fork a kernel that listens on the sockets given: shell, iopub, and where it says of what it crashes."""
        scratch = self.scratch / secrets.token_hex(16)
        scratch.mkdir(mode=0o700)
        try:
            with self.expendable:
                pid = os.fork()
        except OSError as error:
            self._tell({"event": "exited", "kernel": message["kernel"], "code": error.errno or 1})
            return
        finally:
            for fd in fds if os.getpid() == self.pid else ():
                os.close(fd)
        if pid == 0:
            _become_kernel(self, message["key"], scratch, fds)
        self.kernels[message["kernel"]] = _Kernel(message["kernel"], pid, scratch)

    def interrupt(self, message: dict[str, Any], _fds: list[int]) -> None:
        kernel = self.kernels.get(message["kernel"])
        if kernel is not None:
            # The kernel leads a group of its own; while it does not yet (just forked) there is nothing to interrupt.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(kernel.pid, signal.SIGINT)
        self._tell({"event": "interrupted"})

    def kill(self, message: dict[str, Any], _fds: list[int]) -> None:
        kernel = self.kernels.get(message["kernel"])
        if kernel is not None:
            os.kill(kernel.pid, signal.SIGKILL)

    def sweep(self, message: dict[str, Any], _fds: list[int]) -> None:
        """Have every process killed but the kernels in `keep`, and every place emptied that the others could write."""
        keep = {self.kernels[name].pid for name in message["keep"] if name in self.kernels}
        folders = {self.scratch: {kernel.scratch for kernel in self.kernels.values() if kernel.pid in keep}}
        if message["shared_memory"]:
            folders[SHARED_MEMORY] = set()
        try:
            pid = os.fork()
        except OSError:  # no process is left to be had; the host then ends the whole sandbox
            self._tell({"event": "swept", "clean": False})
            return
        if pid == 0:
            _wipe(self.pid, keep, folders)
        self._tell({"event": "swept", "clean": self._wait_for(pid)})

    def _wait_for(self, child: int) -> bool:
        """Collect the dead until the janitor is among them; whether all is clean."""
        while True:
            pid, status = os.waitpid(-1, 0)
            if pid == child:
                return status == 0
            self._ended(pid, status)

    def bound_files(self) -> None:
        """End every kernel when more files are in the sandbox's own file systems than may be, and tell the host.

        Bytes are bounded by the size of each; the number of files cannot be by every tool that makes one.
        """
        places = [self.scratch, SHARED_MEMORY] if self.shared_memory and self.kernels else []
        counts = [(status.f_files, status.f_ffree) for status in map(os.statvfs, places)]
        if any(total - free > self.files + 1 for total, free in counts):
            self._tell({"event": "full"})
            for kernel in self.kernels.values():
                os.kill(kernel.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Collect the dead, and tell the host of each kernel among them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._ended(pid, status)

    def _ended(self, pid: int, status: int) -> None:
        for name, kernel in list(self.kernels.items()):
            if kernel.pid == pid:
                del self.kernels[name]
                self._tell({"event": "exited", "kernel": name, "code": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: dict[str, Any]) -> None:
        # A host that is gone is noticed when the channel is read.
        with contextlib.suppress(OSError):
            wire.send(self.channel, message)

    def serve(self) -> None:
        """Do what the host says until it hangs up, then end all that was started."""
        try:
            self._serve()
        finally:
            # Nothing is forked any more: what is read here can reach nobody.
            janitor.kill_all_but(set(), self.pid, self.reap)

    def _serve(self) -> None:
        wakeup, wake = socket.socketpair()
        for end in (wakeup, wake):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        orders = {"fork": self.fork, "interrupt": self.interrupt, "kill": self.kill, "sweep": self.sweep}
        while True:
            ready, _, _ = select.select([self.channel, wakeup], [], [], _EVERY_SECONDS if self.kernels else None)
            self.bound_files()
            if wakeup in ready:
                wakeup.recv(4096)
            self.reap()
            if self.channel in ready:
                try:
                    message, fds = wire.receive(self.channel)
                except (EOFError, ConnectionError):
                    return
                orders[message["do"]](message, fds)


def _wipe(zygote: int, keep: set[int], folders: dict[Path, set[Path]]) -> None:
    """In the janitor: end and remove what is left. Never returns; the exit code says whether all of it is gone."""
    code = 1
    try:
        # The zygote collects the dead, which are its children or its orphans.
        if janitor.kill_all_but(keep | {os.getpid()}, zygote, lambda: time.sleep(0.001)):
            for folder, kept in folders.items():
                janitor.empty(folder, keep=kept)
            code = 0
    except (OSError, RecursionError):
        pass
    finally:
        os._exit(code)


def _become_kernel(zygote: Zygote, key: str, scratch: Path, listeners: list[int]) -> None:
    """In the child: shed what came from the zygote, lock the door, serve cells. Never returns."""
    code = 70
    complaints = os.dup2(2, _COMPLAINTS)
    try:
        # A group of its own, to be interrupted; the session stays the zygote's, by which leftovers can be found.
        os.setpgid(0, 0)
        _set_dumpable(True)
        # Without the zygote there is nobody to clean up: go with it.
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        shell_fd, iopub_fd, crash_fd = _keep_only(listeners)
        os.chdir(scratch)
        environment = {"HOME": scratch, "TMPDIR": scratch, "JOBLIB_TEMP_FOLDER": scratch, "MPLCONFIGDIR": scratch}
        os.environ.update({name: str(path) for name, path in environment.items()})
        os.environ["MLPILOT_KERNEL"] = "1"
        for name in _THREAD_VARIABLES:
            os.environ[name] = str(zygote.threads)
        lock.lock(
            read=zygote.read,
            scratch=str(scratch),
            enclosed=zygote.enclosed,
            without=zygote.without,
            devices=zygote.devices,
        )
        from mlpilot.sandbox.inside import cell_kernel

        app = cell_kernel.prepare(key, str(scratch), shell_fd, iopub_fd, zygote.libraries, zygote.threads)
        cell_kernel.speak_of_crashes(crash_fd)
        os.close(complaints)
        app.start()  # type: ignore[no-untyped-call]
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it was, this process must never return into the zygote
        with contextlib.suppress(OSError):
            os.write(complaints, traceback.format_exc().encode())
    finally:
        os._exit(code)


class _Expendable:
    """What is forked within it goes before the zygote does, should memory run out.

    The zygote marks itself and takes that back, since a kernel of a zygote that Landlock encloses could not.
    """

    def __init__(self) -> None:
        self._fd = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
        self._own = os.read(self._fd, 16).strip()

    def __enter__(self) -> None:
        self._write(b"800")

    def __exit__(self, *_: object) -> None:
        self._write(self._own)

    def _write(self, score: bytes) -> None:
        with contextlib.suppress(OSError):
            os.pwrite(self._fd, score, 0)


_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


def _keep_only(listeners: list[int]) -> list[int]:
    """Close every descriptor but the listeners, now 3 and on: a file offset that two kernels share is a channel."""
    silence = os.open(os.devnull, os.O_RDWR)
    parked = [os.dup2(fd, _COMPLAINTS + 1 + index) for index, fd in enumerate(listeners)]
    for standard in range(3):
        os.dup2(silence, standard)
    kept = [os.dup2(fd, 3 + index, inheritable=False) for index, fd in enumerate(parked)]
    os.closerange(3 + len(kept), _COMPLAINTS)
    os.closerange(_COMPLAINTS + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return kept


def _set_dumpable(dumpable: bool) -> None:
    """Whether processes of the same user may look into this one through /proc or ptrace."""
    _libc.prctl(_PR_SET_DUMPABLE, int(dumpable), 0, 0, 0)


def become(uid: int, read: list[str], scratch: Path) -> None:
    """Where no namespace surrounds us: become `uid`, who can still reach `read` and owns `scratch`.

    Raises `RuntimeError`, in one line for the person, where that cannot be had.
    """
    if os.getuid() == 0:
        os.setgroups([])
        reach.lay_open(read, str(scratch), uid)
        _drop_privileges(uid, [scratch])


def _drop_privileges(uid: int, folders: list[Path]) -> None:
    """Started as root inside: become `uid` for good. `folders` are handed over first."""
    if os.getuid() != 0 or uid == 0:
        return
    for folder in folders:
        os.chown(folder, uid, uid)
    for capability in range(_CAPABILITIES):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # those that this kernel does not know are refused
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _bound(limits: dict[str, int]) -> None:
    """Bounds of every process inside. `processes` counts beside those that the same user has already."""
    most_files = min(_OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if "file_bytes" in limits:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits["file_bytes"],) * 2)
    if "processes" in limits:
        most, hardest = limits["processes"] + _threads_of(os.getuid()), resource.getrlimit(resource.RLIMIT_NPROC)[1]
        most = most if hardest == resource.RLIM_INFINITY else min(most, hardest)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _threads_of(uid: int) -> int:
    """Processes and threads that `uid` has in this PID namespace, as `RLIMIT_NPROC` counts them."""
    count = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ValueError):
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            count += int(fields["Threads"]) if int(fields["Uid"].split()[0]) == uid else 0
    return count


def _writable_shared_memory() -> list[str]:
    """Mappings that a child would share with us and its siblings; there must be none."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return [line for line in lines if line.split()[1][1::2] == "ws"]


def _prepare(config: dict[str, Any]) -> Any:
    """Run the trusted preload, and check that forking is safe afterwards; returns what kernels need to set threads.

    Raises `RuntimeError`, and whatever the preload raises.
    """
    # ipykernel imports debugpy, 0.2 s of every fork, for a debugger that nobody here can reach.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    from mlpilot.sandbox.inside import cell_kernel

    sys.path[:0] = config["path"]
    exec(compile(config["preload"], "<preload>", "exec"), {"__name__": "__preload__"})
    libraries = cell_kernel.import_ahead()
    if len([*Path("/proc/self/task").iterdir()]) > 1:
        raise RuntimeError("the preload left threads running; kernels cannot be forked from it")
    if shared := _writable_shared_memory():
        raise RuntimeError(f"the preload left memory that kernels would share: {shared[0]}")
    gc.collect()
    gc.freeze()
    return libraries


def main(channel: socket.socket) -> None:
    """Serve one host over `channel`. The first packet says what to prepare."""
    _, fds = wire.receive(channel)
    with os.fdopen(fds[0], "rb") as file:
        config = json.load(file)
    scratch, expendable = Path(config["scratch"]), _Expendable()
    try:
        if config["enclosed"]:
            become(config["uid"], config["read"], scratch)
        else:
            _drop_privileges(config["uid"], [scratch, SHARED_MEMORY] if config["shared_memory"] else [scratch])
        _set_dumpable(False)
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        _bound(config["bounds"])
        if config["enclosed"]:
            lock.enclose(read=config["read"], scratch=config["scratch"], devices=config["devices"])
        libraries = _prepare(config)
    except Exception as error:  # noqa: BLE001 - the host is told, and starts nothing
        wire.send(channel, {"event": "failed", "reason": f"{type(error).__name__}: {error}"[:2000]})
        return
    wire.send(channel, {"event": "ready", "landlock": landlock.abi()})
    Zygote(
        channel=channel,
        scratch=scratch,
        read=config["read"],
        devices=config["devices"],
        threads=config["threads"],
        libraries=libraries,
        expendable=expendable,
        shared_memory=config["shared_memory"],
        enclosed=config["enclosed"],
        without=config["without"],
        files=config["bounds"]["files"],
    ).serve()


if __name__ == "__main__":
    kind, _, where = sys.argv[1].partition(":")
    if kind == "fd":
        main(socket.socket(fileno=int(where)))
    else:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.connect(where)
        main(connection)
