"""Happenings as they are printed: on a terminal in colour, elsewhere as plain lines."""

from rich.console import Console
from rich.text import Text

from mlpilot.chat import happenings as happen
from mlpilot.chat.images import inline
from mlpilot.chat.markdown import Lines
from mlpilot.facts import print_facts
from mlpilot.sandbox.protocol import CellResult
from mlpilot.screen import print_beside
from mlpilot.streams import clean, clean_block

_LONGEST_ECHO, _LONGEST_DIFF = 20, 200
"""Lines."""
_LEAST_TEXT = 24
"""Columns beside the labels; on a narrower screen what is said stands below them."""
ENDED = {
    "timeout": "it took too long and was stopped",
    "killed": "the kernel died",
    "out_of_memory": "it ran out of memory",
    "disk_full": "its disk is full",
    "too_much_output": "it printed too much and was stopped",
}


def fault_of(result: CellResult) -> str:
    """What is shown of a cell's error: its traceback, or where it was stopped, since that is no fault of the code."""
    if result.error is None:
        return ""
    if result.error.type == "KeyboardInterrupt" and not result.state_lost:
        return "the cell was stopped; what it had defined is kept"
    return result.error.traceback


class Printer:
    """Prints each happening as it comes; `pending` is the line of a model's that is not whole yet."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lines = Lines()
        self._streamed = False
        self.doing = ""

    def printed_by(self, console: Console) -> None:
        """From now on, by this one: the theme was changed."""
        self._console = console

    @property
    def pending(self) -> str:
        """The end of what a model is saying."""
        return self._lines.pending

    def __call__(self, what: happen.Happening) -> None:
        match what:
            case happen.Piece(text):
                self._streamed = True
                self._print(self._lines.feed(text))
            case happen.Said(text):
                self._print(self._lines.end() if self._streamed else [*self._lines.feed(text), *self._lines.end()])
                self._streamed = False
            case happen.Told(text):
                self._beside("", text, "dim")
            case happen.Trouble(text):
                self._beside("! ", text, "red")
            case happen.Facts(facts):
                self._facts(facts)
            case happen.Board(run):
                from mlpilot.history import stored

                self._board(stored(run))
            case happen.Progress(run, text):
                self._beside(f"{run or 'run'}  ", text, "dim")
            case happen.Diff(name, text):
                self._diff(name, text)
            case happen.Figure():
                self._console.print(Text(f"figure: {what.path}", style="cyan"), soft_wrap=True)
                inline(self._console, what.data)
            case happen.Doing(text):
                self.doing = text
                if self._streamed:  # a reply that was broken off: what comes next is another
                    self._print(self._lines.end())
                    self._streamed = False
            case _:
                self._cell(what)

    def _cell(self, what: happen.Happening) -> None:
        match what:
            case happen.CellBegins(by_model=True):  # its code was shown while the model wrote it
                self._console.print(Text("in the sandbox", style="dim"))
            case happen.CellText(_, text):
                self._console.print(Text(clean_block(text)), end="", soft_wrap=True)
            case happen.CellEnded(result):
                said = result.stdout + result.stderr
                if said and not said.endswith("\n"):
                    self._console.print()
                if fault := fault_of(result):
                    self._console.print(Text(clean_block(fault).rstrip(), style="red"), soft_wrap=True)
                if result.status in ENDED:
                    lost = "; what it had defined is lost" if result.state_lost else ""
                    self._beside("! ", ENDED[result.status] + lost, "red")

    def _print(self, lines: object) -> None:
        for line in lines:  # type: ignore[attr-defined]
            self._console.print(line, soft_wrap=False)

    def _beside(self, margin: str, text: str, style: str) -> None:
        print_beside(self._console, Text(margin, style=style), clean(text))

    def _facts(self, facts: object) -> None:
        """Labels of any length: the column is as wide as the longest, within reason."""
        rows = [(clean(label), clean(text)) for label, text in facts]  # type: ignore[attr-defined]
        if not any(label for label, _ in rows):
            for _, text in rows:
                print_beside(self._console, Text(" • "), text)
            return
        width = min(max(len(label) for label, _ in rows), 32)
        if width <= 7:
            print_facts(self._console, rows)
            return
        if width + _LEAST_TEXT > self._console.width:
            for label, text in rows:
                self._console.print(Text(f" {label}", style="bold"))
                print_beside(self._console, Text("    "), text)
            return
        for label, text in rows:
            name = label if len(label) <= width else label[: width - 1] + "…"
            print_beside(self._console, Text(f" {name:<{width}}  ", style="bold"), text)

    def _board(self, result: object) -> None:
        from mlpilot import board
        from mlpilot.agent.result import Result
        from mlpilot.layout import Layout

        assert isinstance(result, Result)
        record = result.record
        done = [item for item in record.experiments if item.status != "open"]
        if not done:
            self._beside("", "nothing was tried yet", "dim")
            return
        layout = Layout.for_scores(self._console.width, [item.score for item in done if item.score is not None])
        self._console.print(layout.heading())
        for row in board.rows(done, record.best, record.greater_is_better):
            for line in layout.lines(row):
                self._console.print(line)

    def _diff(self, name: str, text: str) -> None:
        self._console.print(Text(clean(name), style="bold"))
        lines = text.splitlines()
        for line in lines[:_LONGEST_DIFF]:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
            self._console.print(Text(clean_block(line), style=style), soft_wrap=True)
        if len(lines) > _LONGEST_DIFF:
            self._beside("", f"and {len(lines) - _LONGEST_DIFF} more lines", "dim")


def echo(console: Console, text: str) -> None:
    """A person's own words, in a talk that is shown again."""
    lines = clean_block(text).splitlines()
    for line in lines[:_LONGEST_ECHO]:
        console.print(Text(f"› {line}", style="bold"), soft_wrap=True)
    if len(lines) > _LONGEST_ECHO:
        console.print(Text(f"› and {len(lines) - _LONGEST_ECHO:,} more lines", style="dim"), soft_wrap=True)
