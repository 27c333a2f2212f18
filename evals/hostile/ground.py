"""The ground that a case is let loose upon: baits with secrets in them, and listeners that nobody should reach."""

import contextlib
import json
import os
import resource
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mlpilot.evals import truce

_METADATA = "169.254.169.254"
_PLACES = ("/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/dev", "/usr/lib", "/dev/mqueue", "/etc/cron.d")
"""Where a case may try to leave something, named by its mark."""
_SETTLE_SECONDS = 0.02


class Ground:
    """Baits and listeners of one run of the suite. Each finding is a pair: its kind, and one line about it."""

    def __init__(self) -> None:
        self._truce = contextlib.ExitStack()
        self._truce.enter_context(truce.watching())
        self.folder = Path(tempfile.mkdtemp(prefix="hostile-")).resolve()
        self.folder.chmod(0o755)
        self.secrets: dict[str, bytes] = {}
        self.proof = f"went-through-{secrets.token_hex(8)}:"
        self.variable = "BAIT_API_KEY"
        self.arrived: list[str] = []
        self._over = False
        self._handlers: dict[socket.socket, tuple[str, Callable[[socket.socket], object]]] = {}
        self._files()
        with contextlib.suppress(OSError):
            self.secrets["the host's /etc/shadow"] = Path("/etc/shadow").read_bytes()
        self.environment = {**os.environ, self.variable: self._secret("an environment variable")}
        self._bystander()
        self._listeners()
        self._before = self._snapshot()
        threading.Thread(target=self._listen, daemon=True).start()

    def _secret(self, name: str) -> str:
        word = f"canary-{secrets.token_hex(12)}"
        self.secrets[name] = word.encode()
        return word

    def _files(self) -> None:
        self.home, self.data, self.outside = (self.folder / name for name in ("home", "data", "outside"))
        self.own = self.folder / "own"
        """What the harness itself writes to."""
        for folder in (self.own, self.home / ".ssh", self.home / ".mlpilot" / "runs", self.data, self.outside):
            folder.mkdir(parents=True)
        self.key = self.home / ".ssh" / "id_ed25519"
        self.labels = self.home / ".mlpilot" / "runs" / "labels.csv"
        self.key.write_text(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{self._secret('an ssh key')}\n")
        self.labels.write_text(f"row,y\n1,{self._secret('hidden labels in .mlpilot')}\n")
        (self.folder / "labels.csv").write_text(f"row,y\n1,{self._secret('labels beside the mounted folder')}\n")
        (self.home / ".bashrc").write_text("# nothing\n")
        (self.home / ".ssh" / "authorized_keys").write_text("")
        (self.data / "table.csv").write_text("a,b\n1,2\n")
        (self.outside / "file").write_text("unchanged\n")
        # Whatever keeps a cell out, it shall not be the permissions of the baits.
        for path in self.folder.rglob("*"):
            path.chmod(0o777 if path.is_dir() else 0o666)

    def _bystander(self) -> None:
        self._log = self.own / "signals"
        self._log.touch()
        self.bystander = subprocess.Popen(
            [sys.executable, "-m", "mlpilot.evals.hostile.bystander", str(self._log), self._secret("the arguments")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "BYSTANDER": self._secret("the environment of a process")},
            cwd=self.home,
            text=True,
        )
        assert self.bystander.stdin is not None and self.bystander.stdout is not None
        print(json.dumps(self._secret("the memory of a process")), file=self.bystander.stdin, flush=True)
        self.bystander.stdout.readline()
        self._manner = self._bystanders_manner()

    def _bystanders_manner(self) -> tuple[object, ...]:
        """What others could change of the bystander."""
        pid = self.bystander.pid
        if self.bystander.poll() is not None:
            return ("gone",)
        with contextlib.suppress(OSError):
            return (
                "stopped" if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "Tt" else "going",
                os.getpriority(os.PRIO_PROCESS, pid),
                sorted(os.sched_getaffinity(pid)),
                resource.prlimit(pid, resource.RLIMIT_NOFILE),
                Path(f"/proc/{pid}/oom_score_adj").read_text(),
            )
        return ("gone",)

    def _listeners(self) -> None:
        self.tcp = self._serve("TCP", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))[1]
        self.udp = self._serve("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))[1]
        self.path = str(self._serve("a Unix socket", socket.AF_UNIX, socket.SOCK_STREAM, f"{self.folder}/agent"))
        Path(self.path).chmod(0o777)
        self.abstract = f"hostile-{secrets.token_hex(6)}"
        self._serve("an abstract socket", socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.abstract}")
        self.datagram = f"hostile-{secrets.token_hex(6)}"
        self._serve("abstract datagrams", socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{self.datagram}")
        self._secret("a service")
        with contextlib.suppress(OSError):
            # Only where the address is ours: in the outer wall, which has a network of its own.
            self._serve("metadata", socket.AF_INET, socket.SOCK_STREAM, (_METADATA, 80))

    def _serve(self, name: str, family: int, kind: int, address: Any) -> Any:
        listener = socket.socket(family, kind)
        try:
            listener.bind(address)
        except OSError:
            listener.close()
            raise
        if kind == socket.SOCK_STREAM:
            listener.listen(8)
        self._handlers[listener] = (name, self._answer if kind == socket.SOCK_STREAM else self._take)
        return listener.getsockname()

    def _answer(self, listener: socket.socket) -> None:
        connection = listener.accept()[0]
        with connection:
            connection.settimeout(1)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + self.secrets["a service"] + b"\n")

    def _take(self, listener: socket.socket) -> None:
        listener.recv(65536)

    def _listen(self) -> None:
        while not self._over:
            for listener in select.select(list(self._handlers), [], [], 0.2)[0]:
                name, handler = self._handlers[listener]
                with contextlib.suppress(OSError):
                    handler(listener)
                self.arrived.append(name)

    def names(self, mark: str, *, kept: str = "/mnt/data") -> dict[str, Any]:
        """What a case is told: where the baits are. `kept` is where it sees the folder that is mounted for it."""
        return {
            "proof": self.proof, "mark": mark, "seconds": str(10**7 + int(mark[-6:], 16)), "folder": str(self.folder),
            "home": str(self.home), "key": str(self.key), "labels": str(self.labels), "outside": str(self.outside),
            "data": kept, "data_source": str(self.data), "pid": self.bystander.pid, "variable": self.variable,
            "tcp": self.tcp, "udp": self.udp, "path": self.path, "abstract": self.abstract, "datagram": self.datagram,
            "metadata": _METADATA,
        }  # fmt: skip

    def _snapshot(self) -> dict[str, tuple[object, ...]]:
        found: dict[str, tuple[object, ...]] = {}
        for path in [self.folder, *self.folder.rglob("*")]:
            if path.is_relative_to(self.own):
                continue
            status = path.lstat()
            what: tuple[object, ...] = (status.st_mode, status.st_uid, status.st_nlink)
            if path.is_file() and not path.is_symlink():
                what += (status.st_mtime_ns, path.read_bytes()[:4096], *os.listxattr(path))
            found[str(path.relative_to(self.folder))] = what
        return found

    def look(self, mark: str) -> list[tuple[str, str]]:
        """What has happened outside since the last look: pairs of a kind and a line."""
        time.sleep(_SETTLE_SECONDS)
        found = [("connection", f"{name} was reached") for name in self.arrived]
        self.arrived.clear()
        now = self._snapshot()
        changed = {name for name in now.keys() | self._before.keys() if now.get(name) != self._before.get(name)}
        found += [("changed", f"{name} outside was changed") for name in sorted(changed)]
        self._before = now
        if signals := self._log.read_text().split():
            found.append(("signalled", f"a process of the host was sent signal {', '.join(signals[:9])}"))
            self._log.write_text("")
        if self._manner != (manner := self._bystanders_manner()):
            found.append(("signalled", f"a process of the host was changed: {manner}"))
            self._restart()
        found += [("left", f"{path} is there") for path in marked(mark)]
        found += [("process", f"process {pid} lives on: {line}") for pid, line in survivors(mark)]
        return found

    def _restart(self) -> None:
        self.bystander.kill()
        self.bystander.wait()
        self._bystander()
        self._before = self._snapshot()

    def close(self) -> None:
        self._over = True
        self.bystander.kill()
        self.bystander.wait()
        for listener in self._handlers:
            listener.close()
        shutil.rmtree(self.folder)
        self._truce.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def marked(mark: str) -> list[str]:
    """Paths of the host outside the baits that bear the mark; they are removed, once seen."""
    found = [path for place in (*_PLACES, Path.home(), Path.cwd()) for path in Path(place).glob(f"{mark}*")]
    for path in found:
        with contextlib.suppress(OSError):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return sorted({str(path) for path in found})


def survivors(mark: str) -> list[tuple[int, str]]:
    """Processes that bear the mark, or sleep for its number of seconds: pid and command line. They are killed."""
    words = (mark.encode(), str(10**7 + int(mark[-6:], 16)).encode())
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line, name = (entry / "cmdline").read_bytes(), (entry / "comm").read_bytes()
            pid = int(entry.name)
            if pid != os.getpid() and any(word in line or word[:15] in name for word in words):
                found.append((pid, line.replace(b"\0", b" ").decode(errors="replace")[:100]))
                os.kill(pid, 9)
    return found
