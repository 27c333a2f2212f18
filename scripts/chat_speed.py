"""How quick the chat is for the hand: a pseudo-terminal, real keys, a scripted model on the other side of a socket.

    python scripts/chat_speed.py [--keys 100] [--json]

Each figure is in milliseconds, from a key that is pressed to what it brings on the screen:
    echo        a letter, at rest / while a reply streams / while a cell prints / while a run goes on / while a large
                table is read
    reaction    Enter, to the first sign that it was understood (the status line says what is done, or an answer)
    first word  Enter, to the first word of a model that answers at once; first and later turns apart
    cell        Enter, to the output of `print`, in a sandbox that is open
The sandbox is `none`: what walls cost is told by `mlpilot eval speed`. What the machine does besides is in the figures.
Ends with 3 where a reaction took more than 300 ms, or an echo in the middle of all more than 50 ms.
"""

import argparse
import json
import os
import pty
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlpilot.evals.scripted import Fault, Peer, ScriptedServer

MOST_REACTION, MOST_ECHO = 300.0, 50.0
_PATIENCE = 60.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>]")
_BUSY = "stops it|asking|working|reading|opening|running"
"""The status line; of a line that changes, only the letters that differ are sent."""
_LETTERS = "qzjxkv"
"""Letters that stand in nothing that the chat says by itself in the middle of a word of its own."""


class Terminal:
    """A terminal with a chat in it, which answers where its cursor is."""

    def __init__(self, folder: Path, words: list[str]) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
        for name in ("OPENAI_API_KEY", "MLPILOT_API_KEY", "NO_COLOR", "TMUX"):
            environment.pop(name, None)
        environment["MLPILOT_HOME"] = str(folder / ".mlpilot")
        self._screen, other = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mlpilot", "chat", "--sandbox", "none", *words],
            stdin=other, stdout=other, stderr=other, cwd=folder, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(other)
        self.text = ""

    def press(self, keys: str) -> float:
        """Press keys; when that was."""
        moment = time.perf_counter()
        os.write(self._screen, keys.encode())
        return moment

    def look(self, seconds: float) -> None:
        """Take in what comes within this time."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0 and select.select([self._screen], [], [], left)[0]:
            try:
                data = os.read(self._screen, 65536).decode("utf-8", "replace")
            except OSError:  # the chat has ended
                return
            if "\x1b[6n" in data:
                os.write(self._screen, b"\x1b[1;1R")
            self.text += _ESCAPES.sub("", data)

    def after(self, pressed: float, wanted: str, start: int) -> float:
        """Milliseconds from `pressed` until `wanted` came, beyond place `start` of all text. Raises `TimeoutError`."""
        while re.search(wanted, self.text[start:]) is None:
            if time.perf_counter() - pressed > _PATIENCE:
                raise TimeoutError(f"{wanted!r} did not come: {self.text[start:][-500:]!r}")
            if self._process.poll() is not None:
                raise TimeoutError(f"the chat has ended: {self.text[start:][-500:]!r}")
            self.look(0.01)
        return (time.perf_counter() - pressed) * 1000

    def say(self, text: str, wanted: str) -> float:
        """Enter a line; milliseconds until `wanted` came."""
        self.press(text)
        self.look(0.3)  # the line's own echo is no answer
        start = len(self.text)
        return self.after(self.press("\r"), wanted, start)

    def echoes(self, count: int) -> list[float]:
        """Type letters, one every thirty milliseconds or so, and take them back; how long each took to appear."""
        found = []
        for number in range(count):
            letter = _LETTERS[number % len(_LETTERS)]
            self.look(0.03)
            start = len(self.text)
            found.append(self.after(self.press(letter), letter, start))
            if number % 40 == 39:
                self.press("\x15")
        self.press("\x15")
        self.look(0.2)
        return found

    def close(self) -> None:
        """Leave."""
        self.press("\x03")
        self.look(0.5)
        self.press("\x15/quit\r")
        self.look(3)
        self._process.terminate()
        self._process.wait(30)
        os.close(self._screen)


@contextmanager
def chat(folder: Path, *words: str) -> Iterator[tuple[Terminal, float]]:
    """A chat, and how long it took to greet, in milliseconds."""
    began = time.perf_counter()
    terminal = Terminal(folder, list(words))
    try:
        greeted = terminal.after(began, "Ctrl-D leaves", 0)
        terminal.look(1)
        yield terminal, greeted
    finally:
        terminal.close()


def measured(folder: Path, keys: int) -> dict[str, Any]:
    """All figures."""
    reaction, echo = {}, {}
    with (
        ScriptedServer(reply=lambda _: "At once.", fault=_slow) as server,
        chat(folder, "--model", "scripted-1", "--base-url", server.base_url) as (one, greeted),
    ):
        echo["at rest"] = one.echoes(keys)
        first = one.say("hello", "At once")
        later = [one.say(f"hello {number}", "At once") for number in range(5)]
        reaction["to a model that thinks"] = one.say("please hang", _BUSY)
        one.press("\x03")
        one.look(1)
        one.say("tell me slow", "word")
        echo["while a reply streams"] = one.echoes(keys)
        one.press("\x03")
    with chat(folder, "--brain", "builtin") as (one, _):
        reaction["to a table"] = one.say("/load small.csv", f"{_BUSY}|1,000 rows")
        one.after(time.perf_counter(), "1,000 rows", 0)
        reaction["to the first cell"] = one.say("print(6 * 7)", f"{_BUSY}|42")
        one.look(3)
        cells = [one.say(f"print({number} + 4000)", f"{number + 4000}") for number in range(5)]
        one.say("import time; [(print('tick', n), time.sleep(.05)) for n in range(1000)]", "tick 2")
        echo["while a cell prints"] = one.echoes(keys)
        one.press("\x03")
        one.look(1)
        one.say("/run small.csv --target b --budget 60s --sandbox none", "judge")
        echo["while a run goes on"] = one.echoes(keys)
        one.say("/stop", "interrupted")
        one.say("/load large.csv", _BUSY)
        echo["while a large table is read"] = one.echoes(keys)
    return {
        "greeting": greeted,
        "first word, first turn": first,
        "first word, later turns": statistics.median(later),
        "cell": statistics.median(cells),
        "reaction": reaction,
        "echo": {name: {"median": statistics.median(all_), "worst": max(all_)} for name, all_ in echo.items()},
    }


def _slow(_number: int, request: dict[str, Any]) -> Fault | None:
    said = str(request["messages"][-1]["content"]).strip()
    if said.endswith("hang"):
        return Fault("hang", "server", lambda peer: peer.wait(3600))
    return Fault("slow", "server", _stream) if said.endswith("slow") else None


def _stream(peer: Peer) -> None:
    peer.head(200, "text/event-stream")
    for _ in range(2000):
        peer.chunk({"content": "word and word\n"})
        peer.wait(0.02)


def _write(folder: Path) -> None:
    rows = "".join(f"{row % 97},{row % 2},{row * 7919 % 1000}\n" for row in range(1000))
    (folder / "small.csv").write_text("a,b,c\n" + rows)
    (folder / "large.csv").write_text("a,b,c\n" + rows * 4000)


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=100, help="for each echo (default: 100)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlpilot-") as name:
        _write(Path(name))
        found = measured(Path(name), args.keys)
    if args.json:
        print(json.dumps(found, indent=2))
    else:
        for what, value in found.items():
            for label, figure in value.items() if isinstance(value, dict) else [("", value)]:
                told = " ".join(f"{word} {one:.0f}" for word, one in figure.items()) if isinstance(figure, dict) else ""
                print(f"{what}{f', {label}' if label else ''}: {told or f'{figure:.0f}'} ms")
    lame = [one["median"] for one in found["echo"].values()]
    return 3 if max(found["reaction"].values()) > MOST_REACTION or max(lame) > MOST_ECHO else 0


if __name__ == "__main__":
    sys.exit(main())
