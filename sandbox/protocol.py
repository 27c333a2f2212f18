"""What a sandbox is: the nouns and the promises that every backend keeps.

A `Sandbox` is a way to isolate code. It opens `Session`s: each is one live Jupyter kernel, forked from a clean zygote,
in which no other code has run. A `Pool` keeps kernels ready ahead of need; the kernels of one pool share nothing
writable, so that what one has seen never reaches another.

Every way a Cell can end is a `CellResult` with a typed status; exceptions are for the person (`errors`) and for bugs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from mlpilot.sandbox.environment import Environment

CellStatus = Literal["ok", "error", "timeout", "killed", "out_of_memory", "disk_full", "too_much_output"]


@dataclass(frozen=True)
class Limits:
    """What one Pool may use, all its Sessions together."""

    memory_bytes: int = 4 * 2**30
    """Memory of the whole process tree."""
    cpus: float = 2.0
    """Processors, as a share of the machine's; backends that cannot enforce it bound threads instead."""
    processes: int = 256
    """Processes and threads alive at once."""
    disk_bytes: int = 2**30
    """Bytes that may be written to the Session's own scratch folder."""
    files: int = 100_000
    """Files and folders that may be in scratch at once."""
    output_bytes: int = 8 * 2**20
    """Text that one Cell may print before it is stopped."""
    buffer_bytes: int = 512 * 2**20
    """Binary buffers that one Cell may send back before it is stopped."""
    threads: int = 2
    """Threads that numeric libraries use (OpenMP, BLAS); fixed, so that results do not depend on the machine's load."""


@dataclass(frozen=True)
class Mount:
    """A file or folder of the host, seen read-only inside; never a folder that the sandbox can write to."""

    source: Path
    target: str
    """Absolute path inside, below /mnt (`/mnt/data`)."""

    def __post_init__(self) -> None:
        if not self.target.startswith("/mnt/") or ".." in Path(self.target).parts:
            raise ValueError(f"a mount's target must lie below /mnt: {self.target!r}")


@dataclass(frozen=True)
class CellError:
    """What the kernel said of an exception: escape sequences removed, sizes bounded, and not to be trusted."""

    type: str
    message: str
    traceback: str


@dataclass(frozen=True)
class Output:
    """One piece of output as it arrives."""

    stream: Literal["stdout", "stderr", "display"]
    text: str


@dataclass(frozen=True)
class CellResult:
    """How one Cell ended."""

    status: CellStatus
    stdout: str = ""
    stderr: str = ""
    error: CellError | None = None
    """What it raised; not the `KeyboardInterrupt` of a Cell that was stopped for its time or its output."""
    seconds: float = 0.0
    state_lost: bool = False
    """True when the kernel is gone (killed, out of memory, not to be interrupted): names defined before are lost."""
    buffers: Mapping[str, bytes] = field(default_factory=dict)
    """Binary data that the Cell sent with `send_buffer(name, data)`: sizes bounded, contents not to be trusted."""


class Session(Protocol):
    """One live kernel. Use it as a context manager, or call `close`."""

    def run(
        self,
        code: str,
        *,
        timeout: float | None = None,
        buffers: Sequence[bytes | memoryview] = (),
        on_output: Callable[[Output], None] | None = None,
        buffer_bytes: int | None = None,
    ) -> CellResult:
        """Run one Cell and wait for its end. `buffers` reach the code as `received_buffers()`, a list of bytes-like.

        After `timeout` seconds the Cell is interrupted, and killed if it does not stop within three more. It is stopped
        too when it sends back more than `buffer_bytes`, where fewer are given than `Limits.buffer_bytes`.
        """

    def interrupt(self) -> bool:
        """Interrupt the running Cell, from another thread or a signal handler; whether there is one.

        It ends with a `KeyboardInterrupt`, or however it takes that; one that has not ended three seconds later is
        killed. A Cell that has not begun yet is interrupted as it begins.
        """

    def kill(self) -> bool:
        """Kill the kernel of the running Cell at once, from where `interrupt` may be called; whether there is one."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file into the Session's scratch folder (its working directory)."""

    def get(self, name: str, *, max_bytes: int) -> bytes:
        """Read a plain file back from the scratch folder. Raises `FileNotFoundError`, or `ValueError` if refused."""

    def close(self) -> None:
        """End the kernel and everything that it started. Safe to call twice."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Pool(Protocol):
    """Sessions forked from one clean zygote, ahead of need, with nothing writable in common.

    At most one Session of a Pool runs generated code at a time: opening the next one waits until every process of the
    one before is dead and its scratch folder is gone.
    """

    def session(self) -> Session:
        """A clean Session: no generated code has run in it, nor in any process that it was forked from."""

    def close(self) -> None:
        """End the zygote and all Sessions."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True)
class Probe:
    """What was found when a backend was tried, by doing."""

    works: bool
    detail: str
    """One line: what holds ("docker 20.10: no network, memory and processes bounded"), or what failed."""
    remedy: str = ""
    """One line: what the person can do about it."""


class Sandbox(Protocol):
    """A way to isolate code: docker, bubblewrap, landlock, or none."""

    name: str
    environment: Environment
    """What code finds inside: its Python, packages and GPUs."""

    def probe(self) -> Probe:
        """Try it, cheaply, by doing; cached for the life of the process."""

    def inside(self, mount: Mount) -> str:
        """The path at which code finds `mount`: its target, but for landlock and none, which cannot mount anything."""

    def pool(
        self, limits: Limits, mounts: Sequence[Mount] = (), *, preload: str = "", path: Sequence[str] = ()
    ) -> Pool:
        """Start a zygote. `preload` is *our* Python code, run in it once before any fork, single-threaded (imports,
        memory maps of the data); `path` are folders inside (mount targets) put on `sys.path` first.
        Raises `NoSandboxError`."""

    def open(self, limits: Limits, mounts: Sequence[Mount] = ()) -> Session:
        """One Session in a sandbox of its own; closing it closes the sandbox."""
