"""The chat at a real terminal: tmux draws the screen, keys are pressed, and what a person would see is read from it.

The model is the scripted server of `evals/scripted.py`, on the other side of a real socket.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlpilot.evals.scripted import Fault, Peer, ScriptedServer

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="tmux is not installed: the chat is not tried at a terminal"
)
PATIENCE = 20.0
"""Seconds until something that must come is given up."""
WORDS = "# Grüße 你好 🎉\n" + "".join(f"- **item {number}** `x` 漢字漢字 and more words\n" for number in range(400))


def last(request: dict[str, Any]) -> str:
    """The end of the last message of the person's."""
    return str(request["messages"][-1]["content"]).strip()


def reply(request: dict[str, Any]) -> str:
    if last(request).endswith("write"):
        return "Here.\n\n```file clean.py\nx = 2\n```\n"
    return f"You said: {last(request)[-60:]} ({len(last(request))})"


def stream_slowly(peer: Peer) -> None:
    peer.head(200, "text/event-stream")
    for start in range(0, len(WORDS), 8):
        peer.chunk({"content": WORDS[start : start + 8]})
        peer.wait(0.05)


def misbehave(_number: int, request: dict[str, Any]) -> Fault | None:
    if last(request).endswith("slow"):
        return Fault("slow", "server", stream_slowly)
    if last(request).endswith("hang"):
        return Fault("hang", "server", lambda peer: peer.wait(3600))
    return None


class Screen:
    """A terminal with a chat in it."""

    def __init__(self, folder: Path, words: str, *, width: int = 100, height: int = 40, **environment: str) -> None:
        own = tempfile.mkdtemp(dir=folder)  # a server that is going still holds its socket
        self._tmux = ["tmux", "-f", "/dev/null", "-S", f"{own}/tmux"]
        self.folder = folder
        env = {"TERM": "xterm-256color", "MLPILOT_HOME": str(folder / ".mlpilot"), **environment}
        setting = " ".join(f"{name}={shlex.quote(value)}" for name, value in env.items())
        chat = f"{sys.executable} -m mlpilot chat --sandbox none {words}; echo EXIT $?; exec sleep 600"
        size = ("-x", str(width), "-y", str(height))
        self._run("new-session", "-d", "-s", "chat", "-c", str(folder), *size, f"export {setting}; {chat}")

    def _run(self, *words: str) -> str:
        kept = {name: value for name, value in os.environ.items() if name != "TMUX" and "API_KEY" not in name}
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True, env=kept)
        return done.stdout

    def press(self, *keys: str) -> None:
        """Keys by tmux's names, or text."""
        self._run("send-keys", "-t", "=chat:", *keys)

    def say(self, text: str) -> None:
        self._run("send-keys", "-t", "=chat:", "-l", text)
        self.press("Enter")

    def paste(self, text: str) -> None:
        """As a terminal pastes: between the marks that say so."""
        (self.folder / "pasted").write_text(text)
        self._run("load-buffer", str(self.folder / "pasted"))
        self._run("paste-buffer", "-p", "-t", "=chat:")

    def resize(self, width: int, height: int) -> None:
        self._run("resize-window", "-t", "=chat:", "-x", str(width), "-y", str(height))

    def text(self) -> str:
        return self._run("capture-pane", "-p", "-t", "=chat:")

    def styled(self) -> str:
        """The screen with the sequences that colour it."""
        return self._run("capture-pane", "-p", "-e", "-t", "=chat:")

    def shell(self) -> int:
        """The process that the terminal belongs to."""
        return int(self._run("list-panes", "-t", "=chat:", "-F", "#{pane_pid}"))

    def wait(self, *expected: str) -> str:
        """The screen, once all of this stands on it."""
        deadline = time.monotonic() + PATIENCE
        while not all(one in (text := self.text()) for one in expected):
            assert time.monotonic() < deadline, f"{expected} did not come:\n{text}"
            time.sleep(0.02)
        return text

    def clear(self) -> None:
        """An empty screen, so that nothing that is waited for stands there from before."""
        self.say("/clear")
        deadline = time.monotonic() + PATIENCE
        while "write it?" in self.text():
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.02)

    def close(self) -> None:
        """Hang up."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)  # it may have ended


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    with ScriptedServer(reply=reply, fault=misbehave) as server:
        yield f"--model scripted-1 --base-url {server.base_url}"


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Callable[..., Screen]]:
    made: list[Screen] = []
    (tmp_path / "clean.py").write_text("x = 1\n")
    (tmp_path / "churn.csv").write_text("fee,churned\n" + "".join(f"{row},{row % 2}\n" for row in range(60)))

    def make(words: str, **more: Any) -> Screen:
        made.append(Screen(tmp_path, words, **more))
        made[-1].wait("/help lists", "›")
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_talk_at_a_terminal(screen: Callable[..., Screen], model: str) -> None:
    """One talk through its moments, since each start costs a second or two."""
    chat = screen(model)
    # Typing while a reply streams: it stays, and Ctrl-C stops the reply and not the typing.
    chat.say("tell me slow")
    chat.wait("Grüße 你好 🎉", "• item 1 x 漢字漢字 and more words", "Ctrl-C stops it")
    chat.press("ne", "xt 漢字")
    chat.wait("› next 漢字")
    chat.press("C-c")
    chat.wait("stopped", "› next 漢字")
    chat.press(" ü🎉", "Enter")
    chat.wait("next 漢字 ü🎉 (")
    # Before the first token: the next turn starts at once.
    chat.say("now hang")
    chat.wait("asking scripted-1")
    chat.press("C-c")
    chat.say("after it")
    chat.wait("after it (")
    # Typed ahead, in one go.
    chat.press("/cost", "Enter", "/odd", "Enter")
    chat.wait("tokens, $", "no table is loaded yet")
    # Ten thousand lines are one word on the screen, and all of them for the model.
    chat.paste("\n".join(f"line {number}" for number in range(10_000)))
    chat.wait("› [paste 1: 10,000 lines]")
    chat.press("Enter")
    chat.wait("line 9999 (")
    # Approval: no other answer counts; Ctrl-C is a no, y writes, undo takes back.
    chat.say("please write")
    chat.wait("-x = 1", "+x = 2", "write it?")
    chat.say("perhaps")
    chat.wait("the file waits for an answer")
    chat.press("C-c")
    chat.wait("clean.py was not written")
    chat.clear()
    chat.say("please write")
    chat.wait("write it?")
    chat.say("y")
    chat.wait("clean.py is written")
    assert (chat.folder / "clean.py").read_text() == "x = 2\n"
    chat.say("/undo")
    chat.wait("clean.py is as it was before")
    # Nothing to stop; leaving.
    chat.press("C-c")
    chat.wait("Ctrl-D, or /quit, leaves")
    chat.press("C-d")
    assert "goes on with this talk" in chat.wait("EXIT 0")


def test_narrow_screens_and_resumed_talks(screen: Callable[..., Screen]) -> None:
    chat = screen("--brain builtin", width=40, height=60)
    chat.say("/help")
    lines = chat.wait("/quit").splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert " /predict FILE [-o OUT.csv]" in lines and "    predictions for new rows, by the" in lines
    chat.resize(200, 40)
    chat.say("@churn.csv what is odd?")
    chat.wait("60 rows × 2 columns", "only 60 rows")
    chat.say("/cell print('grüße 漢字')")
    chat.wait("\ngrüße 漢字")
    chat.say("/quit")
    name = chat.wait("EXIT 0").split("`mlpilot chat ")[-1].split("`")[0]
    chat.close()
    again = screen(f"--brain builtin {name}")
    again.wait("60 rows × 2 columns", "only 60 rows", "› /cell print('grüße 漢字')", "\ngrüße 漢字", f"talk {name}")
    again.say("/odd")
    again.wait("› /odd", "only 60 rows")
    # History is searched as in a shell; Ctrl-C leaves the search, Enter takes what was found.
    again.press("C-r")
    again.say("grü")
    again.wait("› /cell print('grüße 漢字')\n")
    again.press("C-u", "C-r")
    again.press("odd", "C-c")
    again.press("typed on")
    again.wait("› typed on")


@pytest.mark.slow
def test_a_cell_that_will_not_stop_is_killed_by_a_second_ctrl_c(screen: Callable[..., Screen]) -> None:
    chat = screen("--brain builtin")
    chat.paste("/cell import time\nwhile True:\n    try:\n        print('on', flush=True); time.sleep(0.2)\n"
               "    except KeyboardInterrupt:\n        pass")  # fmt: skip
    chat.press("Enter")
    chat.wait("\non")
    chat.press("C-c")
    chat.wait("stopping; again kills a cell")
    chat.press("C-c")
    chat.wait("what it had defined is lost")
    chat.say("/cell print('a' + 'new')")
    chat.wait("\nanew")


@pytest.mark.slow
def test_killed_outright_a_talk_is_shown_again_and_undoes_what_it_did(
    screen: Callable[..., Screen], model: str
) -> None:
    chat = screen(model)
    chat.say("please write")
    chat.wait("write it?")
    chat.say("y")
    chat.wait("clean.py is written")
    chat.say("tell me slow")
    for width in (40, 200, 100):  # while it streams
        chat.resize(width, 40)
        chat.wait("Grüße 你好 🎉")
    chat.wait("• item 1 x 漢字漢字 and more words")
    os.kill(_below(chat.shell())[0], signal.SIGKILL)
    chat.wait("EXIT 137")
    name = next((chat.folder / ".mlpilot" / "talks").glob("*.jsonl")).stem
    chat.close()
    again = screen(f"--brain builtin {name}")
    again.wait("› please write", "clean.py is written; /undo takes it back", "› tell me slow", f"talk {name}")
    again.say("/undo")
    again.wait("clean.py is as it was before")
    assert (chat.folder / "clean.py").read_text() == "x = 1\n"
    again.say("/undo")
    again.wait("nothing that this talk changed is left")


@pytest.mark.slow
def test_leaving_amid_a_question_writes_nothing_and_themes_change(screen: Callable[..., Screen], model: str) -> None:
    chat = screen(model, MLPILOT_THEME="dark", COLORTERM="truecolor")
    chat.say("/theme nonsense")
    chat.wait("! /theme is one of auto, dark, light, none")
    assert "38;2;255;138;128" in chat.styled()
    chat.say("/theme none")
    chat.wait("theme: none")
    chat.clear()
    chat.say("/odd")
    chat.wait("no table is loaded yet")
    assert "38;2;" not in chat.styled()
    chat.say("/notify bell")
    chat.wait("no key was pressed for a while: bell")
    chat.say("please write")
    chat.wait("write it?")
    chat.press("C-d")
    chat.wait("clean.py was not written", "EXIT 0")
    assert (chat.folder / "clean.py").read_text() == "x = 1\n"


@pytest.mark.slow
def test_a_terminal_that_is_closed_leaves_no_process(screen: Callable[..., Screen]) -> None:
    chat = screen("--brain builtin")
    chat.say("/run churn.csv --target churned --budget 5m")
    chat.wait("starts: budget 5m")
    chat.say("/cell import time; print('in it', flush=True); time.sleep(600)")
    chat.wait("\nin it")
    began = _below(chat.shell())
    assert len(began) > 3
    chat.close()
    deadline = time.monotonic() + PATIENCE
    while left := [pid for pid in began if Path(f"/proc/{pid}/exe").exists()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
    from mlpilot.history import stored

    os.environ["MLPILOT_HOME"] = str(chat.folder / ".mlpilot")
    try:
        name = next((chat.folder / ".mlpilot" / "runs").iterdir()).name
        assert stored(name).status == "interrupted"
    finally:
        del os.environ["MLPILOT_HOME"]


def _below(pid: int) -> list[int]:
    """All processes below one, by what the kernel says of their parents."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        parents.setdefault(parent, []).append(int(entry.parent.name))
    found = parents.get(pid, [])
    return found + [deeper for one in found for deeper in _below(one)]


@pytest.mark.slow
@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"TERM": "vt100"}])
def test_plain_terminals(screen: Callable[..., Screen], environment: dict[str, str]) -> None:
    chat = screen("--brain builtin", width=80, **environment)
    chat.say("/load churn.csv")
    chat.wait("\n table    churn.csv: 60 rows")
    chat.say("/cell print('grüße')")
    assert "\x1b[3" not in chat.wait("\ngrüße")
    chat.say("/quit")
    chat.wait("EXIT 0")


@pytest.mark.slow
def test_a_run_goes_on_beside_the_talk_and_is_interrupted_with_it(screen: Callable[..., Screen]) -> None:
    chat = screen("--brain builtin")
    chat.say("@churn.csv predict churned for 5 minutes")
    chat.wait("it runs in the background", "starts: budget 5m")
    chat.press("C-c")
    chat.wait("/stop stops the run; Ctrl-D")
    chat.say("/cell 6 * 7")
    chat.wait("\n42")
    chat.press("C-d")
    chat.wait("EXIT 0", "goes on with it")
