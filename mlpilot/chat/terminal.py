"""The chat at a terminal. The prompt is always there: turns are taken in a thread of their own, and typing goes on.

Ctrl-C stops the step, twice in a row it kills the cell; Ctrl-D leaves. What is typed meanwhile stays, and what is
entered waits for its turn, but for commands that only say something or stop something, which are answered at once.
"""

import contextlib
import queue
import sys
import termios
import threading
import time
from collections.abc import Iterator
from typing import Any, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app_or_none
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.filters import is_searching
from prompt_toolkit.formatted_text import ANSI, FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.patch_stdout import StdoutProxy
from prompt_toolkit.styles import Style

from mlpilot.agent.home import make_home
from mlpilot.chat import happenings as happen
from mlpilot.chat.alerts import Alerts
from mlpilot.chat.beginning import Make
from mlpilot.chat.changes import Change
from mlpilot.chat.complete import CHOICES, SCREEN, ChatCompleter
from mlpilot.chat.copilot import Copilot
from mlpilot.chat.looks import console, dumb, first_theme
from mlpilot.chat.pasting import Pastes
from mlpilot.chat.replay import replay
from mlpilot.chat.show import Printer
from mlpilot.failures import DONE, trouble_line
from mlpilot.numbers import plural
from mlpilot.streams import clean

AT_ONCE = ("/stop", "/status", "/help", "/model", "/privacy", "/cost")
LEAVE = ("/quit", "/exit", "/q")
_FRAMES = "|/-\\"
_TWICE_SECONDS = 2.0
_ANSWERS = ("y", "yes", "a", "always", "n", "no", "v", "never", "")


def run(make: Make) -> int:
    """Talk until the person leaves."""
    quiet = contextlib.nullcontext() if dumb() else _quiet(sys.stdin)
    with quiet, StdoutProxy(raw=True, sleep_between_writes=0.02) as proxy:
        return Chat(make, proxy).talk()


def _warm_up() -> None:
    """While the person reads the greeting: what the first turn needs, so that it need not wait for it."""
    import openai  # noqa: F401

    import mlpilot.agent.brains
    import mlpilot.agent.calls
    import mlpilot.agent.models.chat
    import mlpilot.cli  # noqa: F401


@contextlib.contextmanager
def _quiet(stream: TextIO) -> Iterator[None]:
    """Between two prompts, too, keys are neither echoed nor changed on their way: what is typed ahead is read as typed,
    Enter as Enter and Ctrl-C as a key."""
    handle = stream.fileno()
    before = termios.tcgetattr(handle)
    during = list(before)
    during[0] &= ~(termios.ICRNL | termios.IXON)
    during[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(handle, termios.TCSADRAIN, during)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal is closed
            termios.tcsetattr(handle, termios.TCSADRAIN, before)


class Chat:
    """The screen, the prompt and the worker."""

    def __init__(self, make: Make, out: StdoutProxy) -> None:
        self._out, self._theme = out, first_theme()
        plain = self._theme == "none"
        self._console = console(out, self._theme)
        self._printer = Printer(self._console)
        self._alerts = Alerts(self._control)
        self._always = self._never = False
        self._asking: queue.Queue[str] | None = None
        self._work: queue.Queue[str | None] = queue.Queue()
        self._busy = threading.Event()
        self._stopped_at = 0.0
        self._stopping = False
        self._pastes = Pastes()
        self._copilot: Copilot = make(self._show, self._approve)
        self._session: PromptSession[str] = PromptSession(
            message=self._message,
            multiline=True,
            key_bindings=self._keys(),
            history=FileHistory(str(make_home() / "history")),
            auto_suggest=AutoSuggestFromHistory(),
            completer=ChatCompleter(self._copilot),
            complete_while_typing=False,
            bottom_toolbar=self._toolbar,
            refresh_interval=0.25,
            enable_history_search=True,
            prompt_continuation="  ",
            style=Style.from_dict({"bottom-toolbar": "noreverse", "prompt": "" if plain else "bold"}),
            color_depth=ColorDepth.DEPTH_1_BIT if plain else None,
        )

        self._session.app.key_processor.before_key_press += lambda _: self._alerts.seen()

    def talk(self) -> int:
        """The main loop: read, and hand on."""
        replay(self._copilot.memory.entries(), self._printer, self._console)
        self._greet()
        worker = threading.Thread(target=self._worker, daemon=True)
        worker.start()
        threading.Thread(target=_warm_up, daemon=True).start()
        try:
            for text in self._typed():
                self._take(text)
        finally:
            self._leave(worker)
        return DONE

    def _typed(self) -> Iterator[str]:
        """What the person enters, until they leave."""
        while True:
            try:
                while dumb() and self._work.unfinished_tasks and self._asking is None:
                    time.sleep(0.02)
                text = self._pastes.restored(self._session.prompt()).strip()
            except KeyboardInterrupt:
                self._interrupt()
                continue
            except EOFError:
                return
            if text in LEAVE:
                return
            if text:
                yield text

    def _take(self, text: str) -> None:
        try:
            self._hand_on(text)
        except Exception as error:  # noqa: BLE001 - as in the worker: it is told, and the talk goes on
            self._show(happen.Trouble(trouble_line(error)))

    def _hand_on(self, text: str) -> None:
        if self._asking is not None:
            self._asking.put(text)
        elif text.split()[0] in CHOICES:
            self._choose(*text.split()[:2])
        elif text == "/clear":
            self._control("\x1b[2J\x1b[H")
        elif text == "/talks":
            from mlpilot.agent.talk.memory import names

            self._show(happen.Told(", ".join(names()[:20]) or "no talks yet"))
        elif text in AT_ONCE:
            self._copilot.turn_beside(text)
            if text == "/help":
                self._show(happen.Facts(tuple((f"/{name}", said) for name, said in SCREEN.items())))
        else:
            if self._busy.is_set():
                self._show(happen.Told("that comes next; Ctrl-C stops what is being done now"))
            self._work.put(text)

    def _worker(self) -> None:
        while (text := self._work.get()) is not None:
            self._stopping = False
            self._copilot.forget_interrupt()
            self._busy.set()
            self._repaint()
            began = self._alerts.now()
            try:
                self._copilot.turn(text)
            except Exception as error:  # noqa: BLE001 - a bug ends the turn and is told; the talk is not lost with it
                self._show(happen.Doing(""))
                self._show(happen.Trouble(trouble_line(error)))
            finally:
                self._busy.clear()
                self._work.task_done()
                self._alerts.after(began, f"done: {text}")
                self._repaint()

    # What is seen

    def _show(self, what: happen.Happening) -> None:
        self._printer(what)
        if isinstance(what, happen.RunEnded):
            self._alerts.after(self._alerts.now() - what.seconds, f"{what.run or 'the run'} has ended")
        self._repaint()

    def _repaint(self) -> None:
        self._session.app.invalidate()

    def _message(self) -> Any:
        """The line that a model is writing, and the prompt below it."""
        pending = clean(self._printer.pending)
        if self._asking is not None:
            return FormattedText([("class:prompt", "write it? [y]es, [a]lways, [n]o, ne[v]er › ")])
        parts = [("", pending[-400:] + "\n")] if pending else []
        return FormattedText([*parts, ("class:prompt", "› ")])

    def _toolbar(self) -> Any:
        """Model, sandbox, run, tokens and cost; and what is being waited for."""
        copilot = self._copilot
        model = clean(copilot.endpoints[0].name) if copilot.endpoints else "no model"
        parts = [model, f"sandbox {copilot.deeds.workshop.sandbox or copilot.options.sandbox}"]
        if copilot.tokens:
            parts.append(f"{plural(copilot.tokens, 'token')}, ${copilot.cost:.2f}")
        pursuit = copilot.deeds.going_on
        if pursuit is not None:
            parts.append(f"run {clean(pursuit.run) or '…'}")
        if self._asking is not None:
            parts.insert(0, "a file waits for your answer")
        elif self._busy.is_set():
            frame = _FRAMES[int(time.monotonic() * 4) % len(_FRAMES)]
            doing = clean(self._printer.doing) or "working"
            parts.insert(
                0, f"{frame} {doing} ({'stopping; again kills a cell' if self._stopping else 'Ctrl-C stops it'})"
            )
        width = get_app_or_none().output.get_size().columns if get_app_or_none() else 80  # type: ignore[union-attr]
        line = " · ".join(parts)
        return ANSI(line if len(line) < width else line[: max(width - 2, 1)] + "…")

    def _greet(self) -> None:
        copilot = self._copilot
        self._show(happen.Told(f"mlpilot chat · talk {copilot.memory.name} · {copilot.model_line()}"))
        self._show(happen.Told("/help lists commands, @ completes files, Esc Enter makes a new line, Ctrl-D leaves"))
        if not copilot.deeds.run and not any(True for _ in copilot.memory.entries()):
            self._show(happen.Told(f"a first step: {copilot.example()}"))

    def _control(self, sequence: str) -> None:
        """To the terminal at once: what ends no line would wait for the next."""
        self._console.file.write(sequence)
        self._console.file.flush()

    # Steering

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        talking = ~is_searching  # while history is searched, Enter takes what was found, and Ctrl-C leaves the search

        @keys.add("enter", filter=talking)
        @keys.add("c-j", filter=talking)  # an Enter typed while no prompt was there, on a terminal left as it was
        def _(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if buffer.complete_state and buffer.complete_state.current_completion:
                buffer.complete_state = None
            elif buffer.text.endswith("\\"):
                buffer.delete_before_cursor()
                buffer.insert_text("\n")
            else:
                buffer.validate_and_handle()

        @keys.add("c-c", filter=talking)
        def _(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if not self._interrupt() and buffer.text:
                buffer.reset(append_to_history=False)
            elif not self._busy.is_set() and self._asking is None:
                going_on = self._copilot.deeds.going_on
                self._show(happen.Told(("/stop stops the run; " if going_on else "") + "Ctrl-D, or /quit, leaves"))

        @keys.add("c-z")
        def _(event: KeyPressEvent) -> None:
            del event  # else it would be typed as a character: a talk has a run and a sandbox, and is not suspended

        @keys.add(Keys.BracketedPaste)
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text(self._pastes.taken(event.data))

        @keys.add("escape", "enter")
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        return keys

    def _interrupt(self) -> bool:
        """Ctrl-C: stop the step; twice in a row, kill the cell; whether there was something to stop."""
        now = time.monotonic()
        if self._asking is not None:
            self._asking.put("n")
        elif not self._busy.is_set():
            return False
        elif self._stopping and now - self._stopped_at < _TWICE_SECONDS:
            self._copilot.deeds.workshop.kill()
        else:
            self._copilot.interrupt()
            self._stopped_at, self._stopping = now, True
        return True

    def _approve(self, change: Change) -> bool:
        """Ask, unless it was settled; the worker waits, the prompt does not."""
        if self._always or self._never:
            return self._always
        self._asking = queue.Queue()
        self._repaint()
        self._alerts.after(0.0, f"{change.path.name} waits for your answer")
        try:
            while (answer := self._asking.get().strip().lower()) not in _ANSWERS:
                self._show(happen.Told("the file waits for an answer first: y, a, n or v"))
        finally:
            self._asking = None
            self._repaint()
        if answer in ("a", "always"):
            self._always = True
        if answer in ("v", "never"):
            self._never = True
        return answer in ("y", "yes", "a", "always")

    def _choose(self, name: str, word: str = "") -> None:
        """One of the settings of the screen: what it is to be, or without a word what it is."""
        known = CHOICES[name]
        if word and word not in known:
            self._show(happen.Trouble(f"{name} is one of {', '.join(known)}"))
            return
        match name:
            case "/approve":
                if word:
                    self._always, self._never = word == "always", word == "never"
                now = "always" if self._always else "never" if self._never else "ask"
                said = f"files that a model proposes: {now}"
            case "/theme":
                if word:
                    self._theme = word
                    self._console = console(self._out, word)
                    self._printer.printed_by(self._console)
                said = f"theme: {self._theme}; MLPILOT_THEME chooses it for every talk"
            case _:
                self._alerts.kind = word or self._alerts.kind
                said = (
                    f"when long work ends and no key was pressed for a while: {self._alerts.kind}; "
                    "MLPILOT_NOTIFY chooses it for every talk"
                )
        self._show(happen.Told(f"{said} ({name} {'|'.join(known)})"))

    def _leave(self, worker: threading.Thread) -> None:
        if self._asking is not None:
            self._asking.put("n")
        self._copilot.interrupt()
        self._work.put(None)
        worker.join(5)
        pursuit = self._copilot.deeds.going_on
        self._copilot.close()
        name = self._copilot.memory.name
        with contextlib.suppress(OSError):
            if pursuit is not None:
                print(f"the run is interrupted; `mlpilot resume {pursuit.run}` goes on with it", file=sys.stderr)
            if any(True for _ in self._copilot.memory.entries()):
                print(f"`mlpilot chat {name}` goes on with this talk", file=sys.stderr)
