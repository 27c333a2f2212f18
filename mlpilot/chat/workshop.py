"""Where the talk's cells run: one Session of a sandbox, with the files of the folder beside it, read-only."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mlpilot import neighbours

if TYPE_CHECKING:
    from mlpilot.sandbox.protocol import CellResult, Output, Session

_MOST_FIGURES, _FIGURE_BYTES, _FIGURE_SIDE = 4, 5 * 2**20, 6000
_FIGURES = f"""\
def _mlpilot_figures():
    import io, sys
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in (pyplot.get_fignums()[:{_MOST_FIGURES}] if pyplot else ()):
        file = io.BytesIO()
        pyplot.figure(number).savefig(file, format="png", bbox_inches="tight")
        send_buffer(f"figure {{number}}", file.getvalue())
    if pyplot:
        pyplot.close("all")
try:
    _mlpilot_figures()
finally:
    del _mlpilot_figures
"""


class Workshop:
    """Opened with the first cell; opened anew, and said so, when its state was lost."""

    def __init__(self, sandbox: str, gpus: str, folder: Path, tell: Callable[[str], None]) -> None:
        self._asked, self._gpus, self._folder, self._tell = sandbox, gpus, folder, tell
        self._session: Session | None = None
        self._running = False
        self.sandbox = ""
        """Which one is used; empty before the first cell."""

    def run(
        self, code: str, timeout: float | None, on_output: "Callable[[Output], None]"
    ) -> "tuple[CellResult, list[bytes]]":
        """One cell, and the pictures that it left open. Raises `NoSandboxError`."""
        session = self.ready()
        self._running = True
        try:
            result = session.run(code, timeout=timeout, on_output=on_output)
        finally:
            self._running = False
        if result.state_lost:
            self.close()
            return result, []
        drawn = session.run(_FIGURES, timeout=20, buffer_bytes=_MOST_FIGURES * _FIGURE_BYTES)
        if drawn.state_lost:
            self.close()
        return result, [data for data in drawn.buffers.values() if is_picture(data)]

    def ready(self) -> "Session":
        """The session, opened if there is none. Raises `NoSandboxError`."""
        return self._session or self._open()

    def interrupt(self) -> None:
        """Stop the running cell, if there is one; its names stay."""
        if self._session is not None and self._running:
            self._session.interrupt()

    def kill(self) -> None:
        """End the running cell at once; its names are lost."""
        if self._session is not None and self._running:
            self._session.kill()

    def close(self) -> None:
        """End the sandbox; the next cell opens another."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _open(self) -> "Session":
        from mlpilot.agent.bench import limits
        from mlpilot.agent.settings import sandbox_for

        backend = sandbox_for(self._asked, self._gpus, self._tell)
        mounts, left_out = neighbours.beside(self._folder / "chat")
        if left_out:
            self._tell(f"{left_out} more files of this folder are not seen by cells")
        self.sandbox = backend.name
        self._session = backend.open(limits(), mounts)
        if mounts:
            self._session.run(neighbours.linking(mounts, backend))
        return self._session


def is_picture(data: bytes) -> bool:
    """Whether this begins as a PNG of a size that can be shown: what a sandbox sends is a stranger's."""
    if len(data) < 33 or len(data) > _FIGURE_BYTES or data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return False
    return all(0 < side <= _FIGURE_SIDE for side in struct.unpack(">II", data[16:24]))
