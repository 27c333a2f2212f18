"""The Jupyter kernel of one Session: ipykernel on two sockets that the host made, and nothing else to talk to."""

# mypy: disable-error-code="no-untyped-call"

import faulthandler
import importlib
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import zmq
from ipykernel.compiler import get_tmp_directory
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session
from threadpoolctl import ThreadpoolController
from traitlets import Int, Type
from traitlets.config import Config

from mlpilot.sandbox.inside.cell_stream import PIECE_CHARACTERS, CellStream, speak_as_their_cell

# The host takes no larger messages than these make (`sandbox.kernel`, `sandbox.messages`).
_PART_BYTES = 4 * 2**20
"""A buffer travels in parts, so that the host can refuse any one message that is large."""

_CRASH_BUFFER = 2**20
"""Most systems give less."""
_QUEUED_MESSAGES = 64
"""Messages of output that are on their way: the next one waits."""


class CellSession(Session):
    """Sends only what the host reads, and not more of it than the host takes."""

    def serialize(self, msg: dict[str, Any], ident: list[bytes] | bytes | None = None) -> list[bytes]:
        content = msg.get("content") or {}
        match msg["header"]["msg_type"]:
            case "stream" | "status":
                pass
            case "display_data" | "execute_result" if "data" in content:
                plain = content["data"].get("text/plain")
                data = {"text/plain": _cut(plain)} if isinstance(plain, str) else {}
                content = {**content, "data": data, "metadata": {}}
            case "error" | "execute_reply" if "traceback" in content:
                traceback = [_cut("\n".join(map(str, content["traceback"])))]
                content = {**content, "evalue": _cut(content["evalue"]), "traceback": traceback, "payload": []}
            case "execute_reply":
                content = {"status": content["status"]}
            case _:
                content = {}
        return super().serialize({**msg, "content": content}, ident)


def _cut(text: str) -> str:
    return text if len(text) <= PIECE_CHARACTERS else text[: PIECE_CHARACTERS - 1] + "…"


def _ended_well(error: object) -> bool:
    """Whether this is `sys.exit()` or `sys.exit(0)`."""
    return isinstance(error, SystemExit) and (error.code is None or (isinstance(error.code, int) and error.code == 0))


class CellShell(ZMQInteractiveShell):
    """IPython as a program has it: `sys.exit` ends the Cell, and errors name no file that nobody has."""

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:  # noqa: ARG002 - IPython names it
        """IPython would keep all that a Cell prints, in the kernel's memory, for a notebook that nobody saves."""
        yield

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        """One statement, which alone an interrupt may end: see `CellKernel`."""
        quiet = self.kernel.note_early
        main = threading.current_thread() is threading.main_thread()
        ours = main and signal.getsignal(signal.SIGINT) == quiet  # else the Cell's own, or ipykernel's, for what awaits
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            if main and self.kernel.early:
                raise KeyboardInterrupt
            failed: bool = await super().run_code(code_obj, result, async_=async_)
        finally:
            if ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                signal.signal(signal.SIGINT, quiet)
        return failed

    async def run_ast_nodes(
        self,
        nodelist: Any,
        cell_name: str,
        interactivity: str = "last_expr",
        compiler: Any = compile,
        result: Any = None,
    ) -> bool:
        failed: bool = await super().run_ast_nodes(nodelist, cell_name, interactivity, compiler, result)
        if result is not None and _ended_well(result.error_in_exec):
            result.error_in_exec = None
            return False
        return failed

    def showtraceback(self, *arguments: Any, exception_only: bool = False, **options: Any) -> None:
        if not exception_only:
            super().showtraceback(*arguments, **options)
            return
        # Only SystemExit is shown so; IPython adds hints for a person at its prompt, the second one as a warning.
        warnings.filterwarnings("ignore", "To exit: use", UserWarning)
        kind, value, _ = sys.exc_info()
        if not _ended_well(value):
            self._showtraceback(kind, value, self.InteractiveTB.get_exception_only(kind, value))

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        if isinstance(evalue, SyntaxError) and str(evalue.filename).startswith(get_tmp_directory()):
            evalue.filename = None  # the Cell itself, under the name that ipykernel made up for it
        super()._showtraceback(etype, evalue, stb)


class CellKernel(IPythonKernel):
    """ipykernel with that shell, which an interrupt reaches only while the code of a Cell runs.

    ipykernel takes interrupts until its reply is sent, and then sends none: the host, which interrupts a Cell that has
    said too much or taken too long, would wait in vain where the Cell ends at that very moment. Before the code runs,
    IPython swallows some. One that comes between `execute_input`, by which the host knows that the Cell begins, and its
    first line, or between two statements, stops it at the next.
    """

    shell_class = Type(CellShell)
    early = False
    """An interrupt came while no code ran."""

    def pre_handler_hook(self) -> None: ...

    def post_handler_hook(self) -> None: ...

    def _publish_execute_input(self, *arguments: Any, **options: Any) -> None:
        self.early = False
        signal.signal(signal.SIGINT, self.note_early)
        super()._publish_execute_input(*arguments, **options)

    def note_early(self, *_: object) -> None:
        """A handler of SIGINT."""
        self.early = True

    async def do_execute(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        try:
            for stream in _streams():
                stream.begin()
            reply: dict[str, Any] = await super().do_execute(*arguments, **options)
        except KeyboardInterrupt as stop:
            reply = {"status": "error", "ename": type(stop).__name__, "evalue": "", "traceback": []}
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            for stream in _streams():
                stream.end()
        return reply


def _streams() -> list[CellStream]:
    """The standard streams, where the Cells have left them in place."""
    return [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, CellStream)]


class CellKernelApp(IPKernelApp):
    """ipykernel without what a sandbox has no use for: connection file, heartbeat, reachable control and stdin."""

    shell_fd = Int()
    iopub_fd = Int()

    def _session_default(self) -> Session:
        return CellSession(parent=self)

    def init_profile_dir(self) -> None:
        self.profile_dir = ProfileDir.create_profile_dir(self.ipython_dir, config=self.config)

    def parse_command_line(self, argv: list[str] | None = None) -> None: ...

    def load_config_file(self, *arguments: Any, **options: Any) -> None: ...

    def init_extensions(self) -> None: ...

    def init_connection_file(self) -> None: ...

    def write_connection_file(self, **kwargs: Any) -> None: ...

    def log_connection_info(self) -> None: ...

    def init_heartbeat(self) -> None: ...

    def _bind_socket(self, socket: Any, port: int) -> int:
        listener = {id(self.shell_socket): self.shell_fd, id(self.iopub_socket): self.iopub_fd}.get(id(socket))
        if listener is None:
            socket.bind(f"inproc://{os.urandom(8).hex()}")
        else:
            # The listening socket came from the host; the address is only a name.
            socket.setsockopt(zmq.USE_FD, listener)
            socket.bind(f"ipc://fd-{listener}")
        return port

    def init_iopub(self, context: Any) -> None:
        self.iopub_socket = context.socket(zmq.XPUB)
        self.iopub_socket.linger = 1000
        # Never drop a message while the host is busy: wait for it, rather than fill the kernel's memory.
        self.iopub_socket.sndhwm = _QUEUED_MESSAGES
        self.iopub_socket.setsockopt(zmq.XPUB_NODROP, 1)
        self._bind_socket(self.iopub_socket, 0)
        self.configure_tornado_logger()
        self.iopub_thread = IOPubThread(self.iopub_socket, pipe=False, session=self.session)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket


def _configuration(key: str, scratch: str) -> Config:
    config = Config()
    config.Session.key = key.encode()
    config.CellKernelApp.log_level = 50
    config.InteractiveShell.colors = "nocolor"
    config.HistoryManager.enabled = False
    config.CellKernelApp.kernel_class = CellKernel
    config.CellKernelApp.outstream_class = f"{CellStream.__module__}.{CellStream.__name__}"
    config.BaseIPythonApplication.ipython_dir = scratch + "/.ipython"
    return config


# What a kernel would otherwise import at its start, and with its first error.
_AHEAD = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "ipykernel.debugger",
    "pygments.formatters.terminal256",
    "stack_data",
    "tornado.platform.asyncio",
    "tornado.queues",
)


def import_ahead() -> ThreadpoolController:
    """In the zygote: import what every kernel needs. Returns the numeric libraries whose threads it will set."""
    for name in _AHEAD:
        importlib.import_module(name)
    return ThreadpoolController()


def prepare(
    key: str, scratch: str, shell_fd: int, iopub_fd: int, libraries: ThreadpoolController, threads: int
) -> CellKernelApp:
    """A kernel that is ready to `start()`. `key` signs messages; the descriptors are listening Unix sockets."""
    libraries.limit(limits=threads)
    app = CellKernelApp.instance(shell_fd=shell_fd, iopub_fd=iopub_fd, config=_configuration(key, scratch))
    app.initialize(argv=[])
    _provide(app.kernel, app.shell)
    speak_as_their_cell()
    os.register_at_fork(after_in_child=_speak_for_itself)
    return app


def speak_of_crashes(listener: int) -> None:
    """Have Python's fault handler write to the host by a connection of its own, where a crash cuts all others off.

    `listener` is a listening socket, to which the host is connected already, and reads once we are dead. The handler
    writes in pieces of a few bytes, of which a socket holds some hundred: it tells of the thread that crashed alone,
    its innermost calls first, and what finds no room is lost rather than waited with.
    """
    with socket.socket(fileno=listener) as door:
        connection, _ = door.accept()
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _CRASH_BUFFER)
    faulthandler.enable(connection.detach(), all_threads=False)


def _speak_for_itself() -> None:
    """In a process that a Cell forks: ipykernel's streams need threads, which a fork leaves behind; descriptors do not.

    What is written to descriptors 1 and 2 reaches the host by way of the kernel.
    """
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115 - open for the life of the process
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115 - the same


def _provide(kernel: Any, shell: Any) -> None:
    """Put `received_buffers` and `send_buffer` into the user's names."""

    def received_buffers() -> list[memoryview]:
        """The binary buffers that came with this Cell."""
        return list(kernel.get_parent("shell").get("buffers", []))

    def send_buffer(name: str, data: Any) -> None:
        """Send bytes-like `data` back to the host, which finds it in `CellResult.buffers[name]`."""
        view = memoryview(data)
        if not view.contiguous:
            raise ValueError("send_buffer needs contiguous data; use numpy.ascontiguousarray first")
        view = view.cast("B") if view.nbytes else memoryview(b"")
        for start in range(0, view.nbytes or 1, _PART_BYTES):
            kernel.session.send(
                kernel.iopub_socket,
                "display_data",
                {"data": {}, "metadata": {}, "transient": {"mlpilot_buffer": str(name), "first": start == 0}},
                parent=kernel.get_parent("shell"),
                ident=b"display_data",
                buffers=[view[start : start + _PART_BYTES]],
            )

    shell.user_ns_hidden.update(received_buffers=received_buffers, send_buffer=send_buffer)
    shell.user_ns.update(received_buffers=received_buffers, send_buffer=send_buffer)
