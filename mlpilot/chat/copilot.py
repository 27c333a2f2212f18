"""One talk: a person's words in, deeds and answers out. How it looks is somebody else's business.

words → a command, a request that the grammar knows, or a model's turn
                                                  └→ say → act (cell, command, file) → told what came of it → say …
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from mlpilot.agent.events import Asking, Event, Switched, Warned
from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.models.switchboard import NoAnswer, Switchboard
from mlpilot.agent.options import RunOptions
from mlpilot.agent.talk.asking import Act, Hearing, ask, told_of
from mlpilot.agent.talk.memory import Memory
from mlpilot.agent.talk.mentions import Mentioned, mentioned, table_here, with_files
from mlpilot.agent.talk.wishes import VERBS, Wish, asks_for_help, command, is_code, nearest_verb, understand
from mlpilot.chat import happenings as happen
from mlpilot.chat.changes import Change, Changes
from mlpilot.chat.deeds import Deeds
from mlpilot.chat.show import fault_of
from mlpilot.chat.stopping import Stopped
from mlpilot.sandbox.errors import NoSandboxError, UserError
from mlpilot.streams import clean
from mlpilot.thinking import doing, switched

MOST_ROUNDS = 8
"""Replies of a model to one word of a person's."""
LONGEST = 256 * 1024
"""Characters of what a person says at once."""
OWN = {
    "undo": "take back the file that was written last, before the talk was left too",
    "export": "write this talk to FILE.md, or what ran in it to FILE.py or FILE.ipynb",
    "help": "this list",
    "model": "who is asked, and what is sent",
    "privacy": "what a model is told, and what is never sent",
    "cost": "tokens and dollars of this talk, and their limits",
}
"""Commands beside the verbs that a person and not a model gives, and what they do."""


class Copilot:
    """Takes turns, one at a time. `interrupt` may come from any thread."""

    def __init__(
        self,
        memory: Memory,
        options: RunOptions,
        tell: happen.Tell,
        approve: Callable[[Change], bool],
        *,
        cell_seconds: float | None = None,
    ) -> None:
        from mlpilot.agent.models.choosing import endpoints

        self.memory, self.options = memory, options
        self.endpoints: Sequence[Endpoint] = endpoints(options)
        self.changes = Changes(Path.cwd(), memory.name)
        self._show, self._approve = tell, approve
        self._hearing = Hearing()
        self._stopping = threading.Event()
        self._board: Switchboard | None = None
        self.deeds = Deeds(memory, options, self._tell, self._stopping, self.changes, cell_seconds)
        self.tokens, self.cost = 0, 0.0
        self.walled = True
        """False once no sandbox could be had."""

    def recall(self) -> None:
        """Take up the talk where it ended, if it has gone on before: its table, its run, what was said."""
        table = ""
        for entry in self.memory.entries():
            match entry.kind:
                case "asked":
                    self._hearing.person(entry.text)
                case "said":
                    self._hearing.model(entry.text)
                case "run":
                    self.deeds.run = entry.text
                case "state":
                    table = str(entry.more.get("table", ""))
        if table:
            self.deeds.take_up(table)
        if self.endpoints and self._hearing.said:
            self._count()

    def _count(self) -> None:
        """What the talk has cost before."""
        from mlpilot.agent.calls import Calls
        from mlpilot.agent.home import home
        from mlpilot.agent.journal import Journal

        with Journal.open(home()) as journal:
            spent = Calls(journal, self.memory.name).spent()
        self.tokens, self.cost = spent.tokens, spent.cost_usd

    # A turn

    def turn(self, text: str) -> bool:
        """Do what `text` asks for; whether all of it went well. Raises nothing that a person could mend."""
        if len(text) > LONGEST:
            self._tell(happen.Trouble(f"that is longer than {LONGEST // 1024} KiB; put it into a file and name it"))
            return False
        self.memory.keep("asked", text)
        try:
            return self._turn(text.strip())
        except UserError as error:
            self.walled = self.walled and not isinstance(error, NoSandboxError)
            self._tell(happen.Doing(""))
            self._tell(happen.Trouble(clean(error)))
            return False
        except Stopped:
            self._tell(happen.Doing(""))  # the line that was being written is whole now
            self._tell(happen.Told("stopped"))
            return False
        finally:
            self.forget_interrupt()
            self._tell(happen.Doing(""))

    def forget_interrupt(self) -> None:
        """Before a turn can be interrupted: what was meant for the last one, and came too late for it, is not meant
        for the next."""
        self._stopping.clear()

    def turn_beside(self, text: str) -> None:
        """A command that is answered at once, whatever else is being done."""
        self.memory.keep("asked", text)
        try:
            self._command(text[1:])
        except UserError as error:
            self._tell(happen.Trouble(clean(error)))

    def _turn(self, text: str) -> bool:
        if text.startswith("/") and text.partition(" ")[0][1:]:
            return self._command(text[1:])
        if is_code(text, self.deeds.names):
            self._hearing.person(text)  # a model hears of it with what is said to it next
            return self._cell(text, by_model=False)
        named = mentioned(text)
        if self.endpoints:
            return self._model_turn(named.words, named)
        wishes = [wish for wish in understand(named.words) if wish.verb != "cell"]
        if named.tables and not any(wish.verb in ("load", "predict") for wish in wishes):
            wishes = [*(Wish("load", (name,)) for name in named.tables), *wishes]
        if not wishes:
            helping = asks_for_help(named.words)
            self._tell(happen.Told(_CAN.format(example=self.example()) if helping else self._not_understood()))
            return helping
        return all(self.deeds.do(wish) for wish in wishes)

    def _command(self, text: str) -> bool:
        name, _, rest = text.partition(" ")
        match name:
            case "undo":
                path = self.changes.undo()
                told = "is as it was before" if path.exists() else "is removed again: it was new"
                self._tell(happen.Told(f"{path.name} {told}"))
                return True
            case "export":
                self._export(rest.strip().removeprefix("@").strip("\"'"))
                return True
            case "help":
                lines = [(f"/{verb.usage}", verb.help) for verb in VERBS.values()]
                self._tell(happen.Facts((*lines, *((f"/{own}", said) for own, said in OWN.items()))))
                return True
            case "model" | "privacy":
                self._tell(happen.Told(self.model_line()))
                if name == "privacy":
                    self._tell(happen.Told(_PRIVACY))
                return True
            case "cost":
                self._tell(happen.Told(self.cost_line()))
                return True
            case "say" if rest.strip():
                if not self.endpoints:
                    raise UserError(_no_model())
                named = mentioned(rest.strip())
                return self._model_turn(named.words, named)
        if name not in VERBS:
            raise UserError(f"there is no /{clean(name)}{nearest_verb(name, tuple(OWN))}; /help lists the commands")
        return self.deeds.do(command(text if VERBS[name].rest else mentioned(text).words))

    def _export(self, name: str) -> None:
        from mlpilot.agent.talk.exporting import KINDS, exported

        name = name or f"{self.memory.name}.md"
        kind = Path(name).suffix
        if kind not in KINDS:
            raise UserError(f"usage: /export FILE, where FILE ends in {', '.join(KINDS[:-1])} or {KINDS[-1]}")
        change = self.changes.proposed(name, exported(list(self.memory.entries()), self.memory.name, kind))
        if change.before is not None:
            raise UserError(f"{name} is there already; name another: /export FILE{kind}")
        self.changes.write(change)
        self._tell(happen.Told(f"{name} is written; /undo takes it back"))

    # A model's turn

    def _model_turn(self, text: str, named: Mentioned) -> bool:
        """Let the model say and act, and hear what came of it, until it has nothing more to do."""
        from mlpilot.agent.brains import switchboard
        from mlpilot.agent.calls import Calls
        from mlpilot.agent.home import home
        from mlpilot.agent.journal import Journal

        told = with_files(text, named.files)
        for name in named.files:
            self._tell(happen.Told(f"the text of {clean(name)} goes to the model with your words"))
        for name in named.tables:
            self.deeds.load(name)
        self._hearing.person(told)
        with Journal.open(home()) as journal:
            calls = Calls(journal, self.memory.name)
            board = self._board = switchboard(self.endpoints, self.options, calls, self._heard)
            try:
                return self._rounds(board, text)
            except Stopped:
                self._hearing.outcome(*["(the person stopped this; what comes next is something else)"] * 2)
                raise
            finally:
                self._board = None
                spent = calls.spent()
                self.tokens, self.cost = spent.tokens, spent.cost_usd
                board.close()

    def _rounds(self, board: Switchboard, text: str) -> bool:
        well = True
        for _ in range(MOST_ROUNDS):
            self._go_on()
            self._hearing.overview, self._hearing.run = self.deeds.overview, self.deeds.run_line()
            try:
                place = max(board.asked("talk"), default=0) + 1
                said = ask(board, self._hearing, place, self._piece)
            except NoAnswer as error:
                self._go_on()
                self._tell(happen.Trouble(clean(error)))
                wishes = understand(text)
                return all(self.deeds.do(wish) for wish in wishes) if wishes else False
            self._go_on()  # a short reply may come whole with its first piece: who stopped it wants none of it
            self._hearing.model(said.text)
            self._tell(happen.Said(said.text))
            if not said.acts:
                return well
            well = all(self._act(act) for act in said.acts)
        self._tell(happen.Told(f"it has acted {MOST_ROUNDS} times in a row; say `go on` if it should"))
        return well

    def _act(self, act: Act) -> bool:
        self._go_on()
        try:
            match act.kind:
                case "cell":
                    return self._cell(act.text, by_model=True)
                case "file":
                    return self._file(act)
                case _:
                    return all(self._line(line) for line in act.text.splitlines() if line.strip())
        except UserError as error:
            self.walled = self.walled and not isinstance(error, NoSandboxError)
            self._tell(happen.Trouble(clean(error)))
            self._hearing.outcome(f"that did not work: {clean(error)}", "that did not work: the input was refused")
            return False

    def _cell(self, code: str, *, by_model: bool) -> bool:
        result, figures = self.deeds.cell(code, by_model=by_model)
        self._hearing.outcome(*told_of(result, code, figures))
        return result.status == "ok"

    def _line(self, line: str) -> bool:
        line = line.strip().removeprefix("mlpilot ").removeprefix("/")
        name = line.partition(" ")[0]
        if name not in VERBS or name in ("cell", "say"):
            raise UserError(f"there is no command {clean(name)!r}")
        wish: Wish = command(line)
        done = self.deeds.do(wish)
        self._hearing.outcome(*[f"`{name}` was {'done' if done else 'not done'}"] * 2)
        return done

    def _file(self, act: Act) -> bool:
        change = self.changes.proposed(act.name, act.text)
        self._tell(happen.Diff(act.name, change.diff))
        if not self._approve(change):
            self._hearing.outcome(*["the person does not want that file to be written"] * 2)
            self._tell(happen.Told(f"{act.name} was not written"))
            return True
        self.changes.write(change)
        self.memory.keep("file", act.name)
        self._tell(happen.Told(f"{act.name} is written; /undo takes it back"))
        self._hearing.outcome(*["the file is written"] * 2)
        return True

    # Hearing and telling

    def interrupt(self) -> None:
        """Stop what this turn is doing; the talk goes on."""
        self._stopping.set()
        board = self._board
        if board is not None:
            board.abandon()
        self.deeds.interrupt()

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise Stopped

    def _piece(self, text: str) -> None:
        self._go_on()
        self._tell(happen.Piece(text))

    def _heard(self, event: Event) -> None:
        match event:
            case Asking():
                self._tell(happen.Doing(doing(event.purpose, event.endpoint)))
            case Switched():
                self._tell(happen.Told(switched(event.before, event.after, event.why)))
            case Warned():
                self._tell(happen.Told(clean(event.text)))

    def _tell(self, what: happen.Happening) -> None:
        match what:
            case happen.Said():
                self.memory.keep("said", what.text)
            case happen.Told():
                self.memory.keep("told", what.text)
            case happen.Trouble():
                self.memory.keep("trouble", what.text)
            case happen.Facts():
                self.memory.keep("facts", "", rows=[[clean(label), clean(text)] for label, text in what.facts])
            case happen.Board():
                self.memory.keep("board", what.run)
            case happen.Figure():
                self.memory.keep("figure", str(what.path))
            case happen.CellBegins():
                self.memory.keep("cell", what.code, by_model=what.by_model)
            case happen.CellEnded():
                result = what.result
                error = fault_of(result)[-5000:]
                more = {"status": result.status, "stderr": result.stderr[-5000:], "error": error}
                self.memory.keep("output", result.stdout[-20_000:], **more)
        self._show(what)

    def example(self) -> str:
        """A first request that would work here."""
        table = table_here(Path.cwd())
        return f"load {clean(table) or 'churn.csv'} and tell me what's odd"

    def _not_understood(self) -> str:
        why = "" if self.options.brain == "builtin" else ", and no model is configured that could"
        return f"this I do not understand{why}. {_CAN.format(example=self.example())}"

    def model_line(self) -> str:
        """Who is asked, and what that sends and costs."""
        from mlpilot.agent.brains import disclosure

        return clean(disclosure(self.endpoints, self.options)) if self.endpoints else _no_model()

    def cost_line(self) -> str:
        """What the talk has used, and may."""
        from mlpilot.agent.brains import max_cost

        count = f" of {self.options.max_tokens:,}" if self.options.max_tokens else ""
        return f"{self.tokens:,}{count} tokens, ${self.cost:.2f} of at most ${max_cost(self.options):.2f}"

    def close(self) -> None:
        """End the sandbox, and the run in the background, which can be resumed."""
        self.deeds.close()


_PRIVACY = (
    "a file that you mention with @ is sent as it is, a table's description only; hidden files and "
    "what you do not name never are. --privacy full|schema|local and --offline are chosen when the talk begins"
)


_CAN = (
    "I understand commands (/help), Python, and plain requests such as “{example}”, “predict COLUMN for 5 minutes”, "
    "“how is it going?”, “why did #3 fail?”, “explain the errors”, “tune the best for 10 minutes”"
)


def _no_model() -> str:
    return "no model is configured (`mlpilot models` says how): commands and plain requests work, free talk does not"
