"""What the verbs of a talk do."""

import argparse
import contextlib
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpilot.agent.kept import is_kept, table_name
from mlpilot.agent.options import RunOptions
from mlpilot.agent.talk.memory import Memory
from mlpilot.agent.talk.overview import Overview
from mlpilot.agent.talk.wishes import Wish, defined
from mlpilot.chat import happenings as happen
from mlpilot.chat import inquiry
from mlpilot.chat.changes import Change, Changes
from mlpilot.chat.pursuit import Pursuit
from mlpilot.chat.reading import is_large, look
from mlpilot.chat.stopping import Stopped, abandonable
from mlpilot.chat.workshop import Workshop
from mlpilot.parser import nearest, parse
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import clean

if TYPE_CHECKING:
    from mlpilot.agent.result import Result
    from mlpilot.sandbox.protocol import CellResult, Output

MOST_SHOWN = 40
"""Columns, and oddities, that are listed."""


class Deeds:
    """The table, the run and the sandbox of one talk."""

    def __init__(
        self,
        memory: Memory,
        options: RunOptions,
        tell: happen.Tell,
        stopping: threading.Event,
        changes: Changes,
        cell_seconds: float | None,
    ) -> None:
        self._memory, self._options, self._tell, self._seconds = memory, options, tell, cell_seconds
        self._stopping, self._changes = stopping, changes
        self.overview: Overview | None = None
        self._coming: threading.Thread | None = None
        self._closing = threading.Event()
        self.names: set[str] = set()
        """What cells have defined."""
        self.run = ""
        self.pursuit: Pursuit | None = None
        self._began = 0.0
        self.workshop = Workshop(
            options.sandbox, options.gpus or "", Path.cwd(), lambda text: tell(happen.Told(clean(text)))
        )
        self.ended = threading.Event()
        """Set whenever a run in the background has ended."""

    def do(self, wish: Wish) -> bool:
        """Do one thing; whether it went well. Raises `UserError`."""
        words = list(wish.words)
        match wish.verb:
            case "load":
                self.load(_one(words, "/load FILE"))
            case "odd":
                self._odd()
            case "run":
                self._run(words)
            case "tune":
                self._tune(words)
            case "resume":
                self._start(["resume", *(words or [self._known_run()])])
            case "stop":
                self._stop()
            case "status":
                self._tell(happen.Told(self.run_line() or "nothing is running"))
            case "board":
                self._tell(happen.Board(self._stored(words).run))
            case "why":
                self._why(words)
            case "errors":
                inquiry.errors(self._stored(words).record, self._tell, self._stopping)
            case "try":
                sandbox, record = self._options.sandbox, self._stored([]).record
                return inquiry.try_encoding(record, words, sandbox, self._tell, self._stopping)
            case "report":
                self._report(words)
            case "code":
                self._tell(happen.Said(f"```python\n{self._stored(words).solution or '# nothing worked yet'}\n```"))
            case "predict":
                self._predict(words)
            case "cell":
                return self.cell(_one(words, "/cell CODE"), by_model=False)[0].status == "ok"
            case _:
                raise UserError(f"there is no /{clean(wish.verb)}")
        return True

    # The table

    def load(self, name: str) -> None:
        """Take up a table."""
        said = clean(table_name(name) if is_kept(name) else name)
        self._tell(happen.Doing(f"reading {said}"))
        self.overview = look(name, self._stopping)
        self._memory.keep("state", "", table=str(Path(name).absolute()))
        seen = self.overview
        kinds = [(clean(one.name), _kind(one)) for one in seen.columns[:MOST_SHOWN]]
        more = len(seen.columns) - len(kinds)
        head = ("table", f"{said}: {seen.rows:,} rows × {len(seen.columns)} columns")
        self._tell(happen.Facts((head, *kinds, *([("…", f"{more} more")] if more > 0 else []))))
        if seen.odd:
            looks = "thing looks" if len(seen.odd) == 1 else "things look"
            self._tell(happen.Told(f"{len(seen.odd)} {looks} odd: /odd"))

    def take_up(self, path: str) -> None:
        """A table of before, quietly; one that is gone, or cannot be read, is left. A large one comes later."""
        if is_large(path):
            self._coming = threading.Thread(target=self._take_up, args=(path,), daemon=True)
            self._coming.start()
        else:
            self._take_up(path)

    def _take_up(self, path: str) -> None:
        with contextlib.suppress(UserError, Stopped):
            found = look(path, self._closing)
            self.overview = self.overview or found

    def _odd(self) -> None:
        seen = self._table()
        if not seen.odd:
            self._tell(happen.Told("nothing looks odd: no copies, no strange values, nothing mostly missing"))
            return
        shown = [("", clean(text)) for text in seen.odd[:MOST_SHOWN]]
        more = len(seen.odd) - len(shown)
        self._tell(happen.Facts((*shown, *([("", f"and {more} more")] if more > 0 else []))))

    def _table(self) -> Overview:
        while self._coming is not None and self._coming.is_alive():
            self._tell(happen.Doing("reading the table of before"))
            self._coming.join(0.1)
            if self._stopping.is_set():
                raise Stopped
        if self.overview is None:
            raise UserError("no table is loaded yet: /load FILE")
        return self.overview

    # Runs

    def _run(self, words: list[str]) -> None:
        if not words or words[0].startswith("-"):
            words = [self._table().path, *words]
        if self.overview is not None and words[0] == self.overview.path:
            self._check_columns(words)
        given = self._options
        means = (given.sandbox, given.brain, given.model, given.base_url, given.privacy, given.gpus)
        names = ("--sandbox", "--brain", "--model", "--base-url", "--privacy", "--gpus")
        for name, value in zip(names, means, strict=True):
            if value not in (None, "", "auto") and name not in words:
                words = [*words, name, str(value)]
        if given.offline and "--offline" not in words:
            words = [*words, "--offline"]
        self._start(["run", *words])

    def _check_columns(self, words: list[str]) -> None:
        """Say at once where the column that is named is none of this table."""
        names = [one.name for one in self._table().columns]
        for option, value in pairwise(words):
            if option == "--target" and value not in names:
                same = [name for name in names if name.casefold() == value.casefold()]
                if len(same) == 1:
                    words[words.index(value)] = same[0]
                    continue
                hint = nearest(value, names) or f"there are {', '.join(map(clean, names[:8]))}"
                raise UserError(f"{self._table().path} has no column {clean(value)!r}; {hint}")

    def _tune(self, words: list[str]) -> None:
        from mlpilot.values import seconds

        record = self._stored([]).record
        spec = record.spec
        time = words[0] if words else "5m"
        seconds(time)
        asked = ["run", spec.data, "--target", spec.target, "--budget", time, "--seed", str(spec.seed)]
        for name, value in (("--task", spec.task), ("--metric", spec.metric), ("--test", spec.test)):
            asked += [name, value] if value else []
        for name, value in (("--group", spec.group), ("--time", spec.time)):
            asked += [name, value] if value else []
        for column in spec.drop:
            asked += ["--drop", column]
        self._tell(happen.Told("what was tried before is found in the journal, and not run again"))
        self._run(asked[1:])

    def _start(self, words: list[str]) -> None:
        from mlpilot.cli import build

        if self.pursuit is not None and self.pursuit.running:
            raise UserError(f"{self.pursuit.run or 'a run'} is going on: /stop it first")
        args: argparse.Namespace = parse(build(), words)
        if getattr(args, "approve", False):
            raise UserError("--approve has no place in a talk: /stop at any time")
        self.ended.clear()
        self._began = time.monotonic()
        self.pursuit = Pursuit(words, self._progress, self._ended)
        self._tell(happen.Told("it runs in the background: /status, /board, /stop"))

    def _progress(self, line: str) -> None:
        assert self.pursuit is not None or line
        pursuit = self.pursuit
        name = pursuit.run if pursuit is not None else ""
        if name and name != self.run:
            self.run = name
            self._memory.keep("run", name)
        self._tell(happen.Progress(name, clean(line)))

    def _ended(self, code: int, answer: dict[str, Any]) -> None:
        name = str(answer.get("run") or self.run)
        self.run = name
        if name and answer.get("best"):
            from mlpilot import summary

            result = self._stored([name])
            self._tell(happen.Facts(tuple(summary.of_record(result.record, result.folder))))
        elif code == 130:
            self._tell(happen.Told(f"{name or 'the run'} is interrupted; /resume goes on with it"))
        elif code:
            error = answer.get("error")
            said = error.get("message") if isinstance(error, dict) else self.pursuit.last if self.pursuit else ""
            self._tell(happen.Trouble(f"the run ended (exit code {code}): {clean(said)}"))
        self._tell(happen.RunEnded(name, code, time.monotonic() - self._began))
        self.ended.set()

    @property
    def going_on(self) -> Pursuit | None:
        """The run in the background, if there is one."""
        return self.pursuit if self.pursuit is not None and self.pursuit.running else None

    def _stop(self) -> None:
        if self.pursuit is None or not self.pursuit.running:
            raise UserError("nothing is running")
        self.pursuit.stop()

    def run_line(self) -> str:
        """Where the run stands, in one line without a value of the table; empty where there is none."""
        pursuit = self.pursuit
        if pursuit is not None and pursuit.running:
            return f"{pursuit.run or 'a run'} is going on; the last word: {clean(pursuit.last)}"
        if not self.run:
            return ""
        return repr(self._stored([])).strip("<>")

    def _known_run(self) -> str:
        if self.run:
            return self.run
        from mlpilot.agent import history
        from mlpilot.agent.home import home
        from mlpilot.agent.journal import Journal

        with Journal.read(home()) as journal:
            return history.latest(journal)

    def _stored(self, words: list[str]) -> "Result":
        from mlpilot.history import stored

        return stored(words[0] if words else self._known_run())

    def _why(self, words: list[str]) -> None:
        record = self._stored([]).record
        if "fold" in words[:-1]:
            place = words.index("fold")
            if not words[place + 1].isdigit():
                raise UserError("usage: /why [N] fold N")
            number = words[0].lstrip("#") if place else None
            self._tell(happen.Facts(tuple(inquiry.why_fold(record, int(words[place + 1]), number))))
            return
        failed = [one for one in record.experiments if one.status in ("failed", "rejected")]
        named = [one for one in record.experiments if words and str(one.number) == words[0].lstrip("#")]
        if words and not named:
            raise UserError(f"{record.run} has no experiment #{clean(words[0])}")
        chosen = named or failed[-1:] or list(record.experiments[-1:])
        if not chosen:
            raise UserError(f"{record.run} has tried nothing yet")
        one = chosen[0]
        facts = [(f"#{one.number}", clean(f"{one.name}: {one.status}")), ("idea", clean(one.why))]
        for attempt in one.attempts:
            found = attempt.diagnosis
            if found is not None:
                line = f" (line {found.line})" if found.line else ""
                facts.append(("failed", clean(found.message) + line))
                facts += [("remedy", clean(found.remedy))] if found.remedy else []
            facts += [("repaired", clean(attempt.repair))] if attempt.repair else []
        facts += [("reason", clean(one.reason))] if one.reason and one.score is None else []
        self._tell(happen.Facts(tuple(facts)))

    def _report(self, words: list[str]) -> None:
        path = self._stored(words).report()
        there = path.is_file()
        self._tell(happen.Told(str(path) if there else "the report is written at the end of a run"))

    def _predict(self, words: list[str]) -> None:
        from mlpilot.agent.predicting import predict
        from mlpilot.commands.predict import checked

        output = "predictions.csv"
        if "-o" in words[:-1]:
            place = words.index("-o")
            output = words[place + 1]
            del words[place : place + 2]
        table = _one(words, "/predict FILE [-o OUT.csv]")
        path = checked(output)
        if path.exists() or path.is_symlink():
            raise UserError(f"{output} is there already; name another with -o")
        self._tell(happen.Doing(f"predicting {clean(table)}"))
        say = lambda text: self._tell(happen.Told(clean(text)))  # noqa: E731 - one line, handed on
        run = self._known_run()
        work = lambda: predict(run, table, sandbox=self._options.sandbox, tell=say)  # noqa: E731 - one line, handed on
        frame = abandonable(work, self._stopping)
        self._changes.write(Change(path, None, frame.to_csv(index=False)))
        self._tell(happen.Told(f"{len(frame):,} predictions in {output}; /undo takes the file back"))

    # Cells

    def cell(self, code: str, *, by_model: bool) -> "tuple[CellResult, int]":
        """Run Python; how it ended, and how many pictures it drew."""
        self._tell(happen.CellBegins(code, by_model))

        def heard(output: "Output") -> None:
            self._tell(happen.CellText(output.stream, output.text))

        self._tell(happen.Doing("running a cell" if self.workshop.sandbox else "opening the sandbox"))
        self.workshop.ready()
        if self._stopping.is_set():
            raise Stopped
        self._tell(happen.Doing("running a cell"))
        result, figures = self.workshop.run(code, self._seconds, heard)
        self.names = set() if result.state_lost else self.names | defined(code)
        self._tell(happen.CellEnded(result))
        for data in figures:
            self._tell(happen.Figure(self._kept(data), data))
        return result, len(figures)

    def _kept(self, data: bytes) -> Path:
        from mlpilot.agent.atomic import write_atomically
        from mlpilot.agent.home import make_home

        folder = make_home() / "talks" / f"{self._memory.name}-figures"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"figure-{len([*folder.iterdir()]) + 1}.png"
        write_atomically(path, data)
        return path

    def interrupt(self) -> None:
        """Stop the running cell."""
        self.workshop.interrupt()

    def close(self) -> None:
        """End the sandbox; a run in the background is interrupted, and can be resumed."""
        self._closing.set()
        self.workshop.close()
        if self.pursuit is not None and self.pursuit.running:
            self.pursuit.stop()


def _one(words: list[str], usage: str) -> str:
    if len(words) != 1:
        raise UserError(f"usage: {usage}")
    return words[0]


def _kind(column: Any) -> str:
    parts = [column.kind, column.detail, f"{column.missing:,} missing" if column.missing else ""]
    return clean(" · ".join(part for part in parts if part))
