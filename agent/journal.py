"""The Journal: the durable record of every Run, and the truth.

One SQLite file in the state folder, spoken to through SQLAlchemy Core so that a team can point it at PostgreSQL. Each
public method is one transaction: after a crash at any moment a row is there whole, or it is not there. Writing the same
thing twice changes nothing, so every node of the loop may run twice.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects.sqlite import insert

from mlpilot.agent import database
from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.options import RunOptions
from mlpilot.agent.record import AttemptRecord, ExperimentRecord, Origin
from mlpilot.agent.tables import attempts, calls, experiments, folds, metadata, runs, solutions, switches, test_looks
from mlpilot.agent.tables import lessons as learnt
from mlpilot.agent.task import TaskSpec
from mlpilot.sandbox.errors import UserError
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution


@dataclass(frozen=True)
class RunRow:
    """One Run as it stands."""

    run: str
    created: str
    status: str
    spec: TaskSpec
    options: RunOptions
    facts: Mapping[str, Any]
    active: float


@dataclass(frozen=True)
class Entry:
    """One Experiment as it stands; `status` is `open` until it is judged."""

    number: int
    decision: Mapping[str, Any]
    kind: str
    name: str
    why: str
    parent: int | None
    members: tuple[tuple[int, float], ...]
    solution: str | None
    params: Mapping[str, Any]
    key: str | None
    status: str
    score: Score | None
    comparison: Comparison | None
    seconds: float
    reused: bool
    reason: str

    @property
    def by(self) -> Origin:
        """Who had the Idea, or chose the parameters."""
        return cast("Origin", self.decision.get("idea", self.decision).get("by", "built-in"))


@dataclass(frozen=True)
class AttemptRow:
    """One Attempt as it stands."""

    number: int
    solution: str
    status: str
    seconds: float
    failure: Mapping[str, Any]
    diagnosis: Diagnosis | None
    repair: str

    def told(self) -> AttemptRecord:
        """As it is told to people."""
        return AttemptRecord(self.number, self.status, self.seconds, self.diagnosis, self.repair)


class Journal:
    """`Journal.open(home())` to write, `Journal.read(home())` to look; use it as a context manager.

    Each method raises `UserError` where the file is damaged or cannot be written to, and `OSError` on a full disk.
    """

    def __init__(self, engine: sa.Engine, home: Path, *, made: bool = False) -> None:
        self._engine, self._home, self._made = engine, home, made

    @classmethod
    def open(cls, home: Path) -> Self:
        """The Journal of a state folder, made if it is not there."""
        made = not (home / database.FILE).exists()
        return cls(database.to_write(home), home, made=made)

    @classmethod
    def read(cls, home: Path) -> Self:
        """The Journal as it is, also where nothing can be written; where there is none, an empty one without a file."""
        return cls(database.to_read(home), home)

    def close(self) -> None:
        """Let go of the file. One that was made by this process, and that nothing was written to, is taken back."""
        unused = self._made and not self._holds_anything()
        self._engine.dispose()
        if unused:
            database.remove_unused(self._home)

    def _holds_anything(self) -> bool:
        with self.transaction() as connection:
            return any(connection.scalar(sa.select(sa.exists(sa.select(table)))) for table in metadata.sorted_tables)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One transaction, committed as a whole or not at all; for the modules that keep tables of their own."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (sa.exc.DatabaseError, json.JSONDecodeError) as error:
            known = database.trouble(self._home / database.FILE, error)
            if known is None:
                raise
            raise known from error

    # Runs

    def start(self, run: str, spec: TaskSpec, options: RunOptions) -> None:
        """Journal a Run, before anything else is done for it."""
        row = {"run": run, "created": datetime.now(UTC).isoformat(timespec="seconds"), "status": "running"}
        with self.transaction() as connection:
            connection.execute(
                insert(runs).values(**row, spec=asdict(spec), options=asdict(options), facts={}, active=0.0)
            )

    def names(self) -> list[str]:
        """All Runs, newest first."""
        with self.transaction() as connection:
            return list(
                connection.scalars(sa.select(runs.c.run).order_by(runs.c.created.desc(), sa.text("rowid desc")))
            )

    def run(self, run: str) -> RunRow:
        """Raises `UserError` where there is no such Run, naming the nearest."""
        with self.transaction() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.run == run)).mappings().first()
        if row is None:
            raise UserError(_no_such_run(run, self.names()))
        spec = TaskSpec(**{**row["spec"], "drop": tuple(row["spec"]["drop"])})
        options = RunOptions(**row["options"])
        return RunRow(run, row["created"], row["status"], spec, options, row["facts"], row["active"])

    def learn(self, run: str, *, data_hash: str | None = None, **facts: Any) -> None:
        """Add facts to a Run."""
        with self.transaction() as connection:
            known = connection.scalar(sa.select(runs.c.facts).where(runs.c.run == run)) or {}
            values: dict[str, Any] = {"facts": {**known, **facts}}
            if data_hash is not None:
                values["data_hash"] = data_hash
            connection.execute(sa.update(runs).where(runs.c.run == run).values(**values))

    def mark(self, run: str, *, status: str | None = None, active: float | None = None) -> None:
        """Set the status, the seconds spent so far, or both."""
        values = {key: value for key, value in {"status": status, "active": active}.items() if value is not None}
        with self.transaction() as connection:
            connection.execute(sa.update(runs).where(runs.c.run == run).values(**values))

    def forget(self, run: str) -> None:
        """Remove a Run. Its test look stays counted: what was seen was seen."""
        with self.transaction() as connection:
            keys = sa.select(experiments.c.key).where(experiments.c.run == run)
            kept = sa.select(experiments.c.key).where(experiments.c.run != run, experiments.c.key.is_not(None))
            connection.execute(sa.delete(folds).where(folds.c.key.in_(keys), folds.c.key.not_in(kept)))
            for table in (attempts, calls, switches, learnt, experiments, runs):
                connection.execute(sa.delete(table).where(table.c.run == run))

    # Experiments

    def open_experiment(
        self,
        run: str,
        number: int,
        *,
        decision: Mapping[str, Any],
        kind: str,
        name: str,
        why: str,
        parent: int | None = None,
        members: Sequence[tuple[int, float]] = (),
    ) -> None:
        """Journal what was decided, before it is acted on; the second time it changes nothing."""
        row = {"run": run, "number": number, "decision": decision, "kind": kind, "name": name, "why": why}
        rest: dict[str, Any] = {
            "parent": parent,
            "members": [list(pair) for pair in members],
            "params": {},
            "status": "open",
        }
        with self.transaction() as connection:
            connection.execute(
                insert(experiments).values(**row, **rest, seconds=0.0, reused=False, reason="").on_conflict_do_nothing()
            )

    def write(self, run: str, number: int, solution: Solution, **values: Any) -> None:
        """Set the Solution of an Experiment, and other columns with it (params, key, members, name)."""
        with self.transaction() as connection:
            connection.execute(insert(solutions).values(**asdict(solution), id=solution.id).on_conflict_do_nothing())
            self._set(connection, run, number, solution=solution.id, **values)

    def judged(
        self,
        run: str,
        number: int,
        *,
        status: str,
        score: Score | None = None,
        comparison: Comparison | None = None,
        seconds: float = 0.0,
        reused: bool = False,
        reason: str = "",
    ) -> None:
        """The Judge's word on an Experiment: it is not open any more."""
        with self.transaction() as connection:
            self._set(
                connection,
                run,
                number,
                status=status,
                score=asdict(score) if score else None,
                comparison=asdict(comparison) if comparison else None,
                seconds=seconds,
                reused=reused,
                reason=reason,
            )

    def experiments(self, run: str) -> list[Entry]:
        """All Experiments of a Run, in order."""
        query = sa.select(experiments).where(experiments.c.run == run).order_by(experiments.c.number)
        with self.transaction() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def experiment(self, run: str, number: int) -> Entry:
        """One Experiment; `KeyError` where it is not there."""
        query = sa.select(experiments).where(experiments.c.run == run, experiments.c.number == number)
        with self.transaction() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise KeyError((run, number))
        return _entry(row)

    def solution(self, ident: str) -> Solution:
        """A Solution by its id."""
        with self.transaction() as connection:
            row = connection.execute(sa.select(solutions).where(solutions.c.id == ident)).mappings().one()
        return Solution(row["name"], row["source"], row["complexity"])

    def attempt(self, run: str, experiment: int, number: int, solution: Solution, key: str, **values: Any) -> None:
        """Journal how one Attempt ended: status, seconds, failure, diagnosis, repair; said again, it is corrected."""
        row = {"run": run, "experiment": experiment, "number": number, "solution": solution.id, "key": key}
        with self.transaction() as connection:
            connection.execute(insert(solutions).values(**asdict(solution), id=solution.id).on_conflict_do_nothing())
            statement = insert(attempts).values(**row, **{"status": "", "seconds": 0.0, "repair": "", **values})
            here = ["run", "experiment", "number"]
            connection.execute(statement.on_conflict_do_update(index_elements=here, set_=values))

    def attempts(self, run: str, experiment: int) -> list[AttemptRow]:
        """The Attempts at one Experiment, in order."""
        here = (attempts.c.run == run) & (attempts.c.experiment == experiment)
        with self.transaction() as connection:
            rows = connection.execute(sa.select(attempts).where(here).order_by(attempts.c.number)).mappings()
            return [_attempt(row) for row in rows]

    def repaired(self, run: str, experiment: int, attempt: int, what: str, solution: Solution, params: Any) -> None:
        """An Attempt was repaired: the Experiment has a new Solution, to be tried next."""
        here = (attempts.c.run == run) & (attempts.c.experiment == experiment) & (attempts.c.number == attempt)
        with self.transaction() as connection:
            connection.execute(insert(solutions).values(**asdict(solution), id=solution.id).on_conflict_do_nothing())
            connection.execute(sa.update(attempts).where(here).values(repair=what))
            self._set(connection, run, experiment, solution=solution.id, params=params, key=None)

    def failure(self, key: str) -> AttemptRow | None:
        """An earlier Attempt under the same key that failed of itself: never a timeout, a kill or a lack of memory."""
        lasting = attempts.c.status.in_(["error", "rejected"])
        with self.transaction() as connection:
            row = connection.execute(sa.select(attempts).where(attempts.c.key == key, lasting)).mappings().first()
        return _attempt(row) if row else None

    def record(self, run: str, entry: Entry) -> ExperimentRecord:
        """An Experiment as it is told to people."""
        return ExperimentRecord(
            number=entry.number,
            name=entry.name,
            why=entry.why,
            kind=entry.kind,
            parent=entry.parent,
            members=entry.members,
            solution=self.solution(entry.solution) if entry.solution else None,
            params=entry.params,
            status=entry.status,
            score=entry.score,
            comparison=entry.comparison,
            seconds=entry.seconds,
            attempts=tuple(row.told() for row in self.attempts(run, entry.number)),
            reused=entry.reused,
            reason=entry.reason,
            by=entry.by,
        )

    # Predictions

    def keep_fold(self, key: str, fold: int, seconds: float, prediction: NDArray[Any]) -> None:
        """Journal a checked prediction of one fold, under the key of its Experiment."""
        buffer = io.BytesIO()
        np.save(buffer, prediction, allow_pickle=False)
        with self.transaction() as connection:
            connection.execute(
                insert(folds)
                .values(key=key, fold=fold, seconds=seconds, prediction=buffer.getvalue())
                .on_conflict_do_nothing()
            )

    def folds(self, key: str) -> dict[int, tuple[float, NDArray[Any]]]:
        """What is known under a key: fold → (seconds, prediction)."""
        query = sa.select(folds.c.fold, folds.c.seconds, folds.c.prediction).where(folds.c.key == key)
        with self.transaction() as connection:
            rows = connection.execute(query).all()
        return {row.fold: (row.seconds, np.load(io.BytesIO(row.prediction), allow_pickle=False)) for row in rows}

    # Looks

    def looks(self, data_hash: str, run: str) -> int:
        """Experiments that earlier Runs have scored on the same data: looks at the same board."""
        query = (
            sa.select(sa.func.count())
            .select_from(experiments.join(runs, experiments.c.run == runs.c.run))
            .where(runs.c.data_hash == data_hash, runs.c.run != run, experiments.c.status == "scored")
        )
        with self.transaction() as connection:
            return int(connection.scalar(query) or 0)

    def look_at_test(self, data_hash: str, run: str) -> bool:
        """Count a look at the test part of this data; True when another Run had looked before."""
        with self.transaction() as connection:
            connection.execute(insert(test_looks).values(data_hash=data_hash, run=run).on_conflict_do_nothing())
            others = sa.select(sa.func.count()).where(test_looks.c.data_hash == data_hash, test_looks.c.run != run)
            return bool(connection.scalar(others))

    @staticmethod
    def _set(connection: sa.Connection, run: str, number: int, **values: Any) -> None:
        here = (experiments.c.run == run) & (experiments.c.number == number)
        connection.execute(sa.update(experiments).where(here).values(**values))


def _no_such_run(run: str, known: Sequence[str]) -> str:
    import difflib

    if not known:
        return f"there is no run {run!r} here: nothing has been run in this folder yet"
    near = difflib.get_close_matches(run, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "`mlpilot runs` lists them"
    return f"there is no run {run!r} here: {hint}"


def _entry(row: sa.RowMapping) -> Entry:
    values: dict[str, Any] = {name: row[name] for name in Entry.__dataclass_fields__}
    values["members"] = tuple((int(number), float(weight)) for number, weight in row["members"])
    values["score"] = score_from(row["score"])
    values["comparison"] = Comparison(**row["comparison"]) if row["comparison"] else None
    return Entry(**values)


def _attempt(row: sa.RowMapping) -> AttemptRow:
    diagnosis = Diagnosis(**row["diagnosis"]) if row["diagnosis"] else None
    told = {name: row[name] for name in ("number", "solution", "status", "seconds", "repair")}
    return AttemptRow(**told, failure=row["failure"] or {}, diagnosis=diagnosis)


def score_from(values: Mapping[str, Any] | None) -> Score | None:
    """A Score from its JSON."""
    if values is None:
        return None
    return Score(**{**values, "ci": tuple(values["ci"]), "folds": tuple(values["folds"])})
