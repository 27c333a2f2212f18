"""The run as it is watched on a terminal: the board grows upwards, and the last lines say what is happening now."""

from typing import Self

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from mlpilot.agent import events
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.board import rows
from mlpilot.facts import of_data, of_means, print_facts
from mlpilot.layout import Layout
from mlpilot.numbers import clock, score
from mlpilot.scene import Scene
from mlpilot.streams import clean
from mlpilot.thinking import switched, used, who

_FRAMES = "|/-\\"
_WHY_LINES = 2


class LiveView:
    """Finished rows of the board are printed for good, and scroll; only what still changes is repainted.

    So a board of any length leaves its whole course in the terminal's history.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._scene = Scene()
        self._tuning: list[ExperimentRecord] = []
        self._layout: Layout | None = None
        self._scaled = False
        """Whether a score was there when the layout was made."""
        self._frame = 0
        self._live: Live | None = None

    def __call__(self, event: events.Event) -> None:
        self._scene.take(event)
        match event:
            case events.Profiled() if self._scene.spec is not None:
                print_facts(self._console, of_data(event, self._scene.spec))
            case events.Ready():
                print_facts(self._console, [*of_means(event), ("run", clean(self._scene.run))])
                self._console.print()
            case events.ExperimentDone():
                self._take_row(event.record)
            case events.Finishing():
                self._print_tuning()
            case events.Switched():
                print_facts(self._console, [("brain", switched(event.before, event.after, event.why))])
            case events.Warned():
                print_facts(self._console, [("note", clean(event.text))])
            case events.Finished():
                self.close()

    def replay(self, record: RunRecord) -> None:
        """Rows of a run that goes on, from before."""
        for item in self._scene.recall(record):
            self._take_row(item)

    def pause(self) -> None:
        """Leave the last lines to somebody else, until `resume`."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def resume(self) -> None:
        """Repaint the last lines from now on."""
        if self._live is None:
            self._live = Live(self, console=self._console, refresh_per_second=4, transient=True, redirect_stdout=False)
            self._live.start()

    def close(self) -> None:
        """Print what is still pending, and stop repainting."""
        self._print_tuning()
        self.pause()

    def __enter__(self) -> Self:
        self.resume()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self._frame += 1
        yield from self._pending_rows()
        if self._scene.experiments:
            yield Text()
        yield from self._now(options.max_width)
        yield from self._best(options.max_width)
        yield from self._model(options.max_width)

    def _take_row(self, record: ExperimentRecord) -> None:
        if record.kind == "tune":
            self._tuning.append(record)
            return
        self._print_tuning()
        self._print_rows([record])

    def _print_tuning(self) -> None:
        stretch, self._tuning = self._tuning, []
        self._print_rows(stretch)

    def _print_rows(self, experiments: list[ExperimentRecord]) -> None:
        for line in self._lines(experiments):
            self._console.print(line)

    def _lines(self, experiments: list[ExperimentRecord]) -> list[Text]:
        """Rows as text, below the heading where they are the first or the columns have moved."""
        if not experiments:
            return []
        before, layout = self._layout, self._current_layout()
        moved = before is None or before.heading() != layout.heading()
        lines = [layout.heading()] if moved else []
        for row in rows(experiments, None, self._scene.greater_is_better):
            lines += layout.lines(row)
        return lines

    def _current_layout(self) -> Layout:
        """The same from row to row, unless the window has changed, or the first score has come."""
        layout, scores = self._layout, self._scene.scores
        if layout is None or layout.width != self._console.width or (scores and not self._scaled):
            layout, self._scaled = Layout.for_scores(self._console.width, scores), bool(scores)
            self._layout = layout
        return layout

    def _pending_rows(self) -> list[Text]:
        layout = self._layout
        if layout is None or not self._tuning:
            return []
        built = rows(self._tuning, None, self._scene.greater_is_better)
        return [line for row in built for line in layout.lines(row)]

    def _now(self, width: int) -> list[Text]:
        scene, mark = self._scene, _FRAMES[self._frame % len(_FRAMES)]
        left = scene.seconds_left()
        time = f"{clock(left)} left" if left is not None else clock(scene.seconds_gone())
        if scene.current is None:
            return [_spread(f" {mark} {scene.asked or clean(scene.doing)}", time, width)]
        current = scene.current
        folds = f"fold {min(scene.folds_done + 1, current.folds)} of {current.folds}"
        name = f"tuning {clean(current.name)}" if current.kind == "tune" else clean(current.name)
        first = _spread(f" {mark} #{current.number} {name}", f"{scene.asked or folds}   {time}", width)
        why = Text(clean(scene.trouble or current.why), style="yellow" if scene.trouble else "dim")
        lines = why.wrap(self._console, max(width - 5, 10))[:_WHY_LINES]
        return [first, *(Text("   ").append_text(line) for line in lines)]

    def _best(self, width: int) -> list[Text]:
        best = self._scene.best_record
        if best is None or best.score is None:
            return []
        most = self._scene.max_experiments
        tried = f"{len(self._scene.experiments)}{f' of {most}' if most else ''} tried"
        return [_spread(f"   best #{best.number} {score(best.score)}", tried, width)]

    def _model(self, width: int) -> list[Text]:
        """What models have used so far, once one was asked."""
        scene = self._scene
        if not scene.calls:
            return []
        line = _spread(f"   model {who(scene.endpoint)}", used(scene.calls, scene.tokens, scene.cost), width)
        line.stylize("dim")
        return [line]


def _spread(left: str, right: str, width: int) -> Text:
    """One text at the left edge, one at the right; the left one gives way."""
    room = max(width - cell_len(right) - 3, 8)
    if cell_len(left) > room:
        left = set_cell_size(left, room - 1).rstrip() + "…"
    return Text(set_cell_size(left, room) + "  " + right, no_wrap=True, overflow="crop")
