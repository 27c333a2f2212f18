"""Calls of models, as the Journal keeps them: journaled before they are sent, and their replies before they are used.

So a resumed Run pays for no reply twice (but the one that was in flight), and what a Run has spent is known whatever
happened to it: a call that was sent and never answered counts with all that it might have cost.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mlpilot.agent.journal import Journal
from mlpilot.agent.models.protocol import Reply, Usage
from mlpilot.agent.record import EndpointUse
from mlpilot.agent.tables import calls, switches


@dataclass(frozen=True)
class Past:
    """A reply that was journaled."""

    number: int
    """Of its call."""
    endpoint: str
    text: str
    finish: str


@dataclass(frozen=True)
class Spent:
    """What the calls of a Run have used."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0

    @property
    def tokens(self) -> int:
        """Of prompts and replies together."""
        return self.prompt_tokens + self.completion_tokens


class Calls:
    """The calls of one Run."""

    def __init__(self, journal: Journal, run: str) -> None:
        self._journal, self._run = journal, run

    def begin(self, place: str, endpoint: str, prompt: str, most: Usage) -> int:
        """A call is about to be sent, and may use `most`; returns its number."""
        rest: dict[str, Any] = {"reply": "", "finish": "", "trouble": "", "seconds": 0.0, "first_seconds": 0.0}
        row = {"place": place, "endpoint": endpoint, "prompt": prompt, "status": "sent", **_used(most), **rest}
        return self._append(calls, row)

    def answered(self, number: int, reply: Reply) -> None:
        """Its reply, before it is used."""
        self._set(
            number,
            status="read",
            reply=reply.text,
            finish=reply.finish,
            seconds=reply.seconds,
            first_seconds=reply.first_seconds,
            **_used(reply.usage),
        )

    def unreadable(self, number: int, why: str) -> None:
        """The reply could not be used."""
        self._set(number, status="unreadable", trouble=why)

    def failed(self, number: int, kind: str, why: str, seconds: float, used: Usage) -> None:
        """There was no reply; `used` is what may have been charged for all the same."""
        self._set(number, status=kind, trouble=why, seconds=seconds, **_used(used))

    def replies(self, purpose: str) -> list[tuple[str, Past]]:
        """(place, reply) of all replies at places of this purpose (`write` of `write 5`), in order."""
        query = sa.select(calls).where(
            calls.c.run == self._run,
            calls.c.place.startswith(f"{purpose} ", autoescape=True),
            calls.c.status.in_(["read", "unreadable"]),
        )
        with self._journal.transaction() as connection:
            rows = connection.execute(query.order_by(calls.c.number)).mappings()
            return [(row["place"], Past(row["number"], row["endpoint"], row["reply"], row["finish"])) for row in rows]

    def spent(self) -> Spent:
        """What the Run has used so far."""
        sums = [sa.func.coalesce(sa.func.sum(calls.c[name]), 0) for name in ("prompt_tokens", "completion_tokens")]
        cost = sa.func.coalesce(sa.func.sum(calls.c.cost), 0.0)
        with self._journal.transaction() as connection:
            row = connection.execute(sa.select(sa.func.count(), *sums, cost).where(calls.c.run == self._run)).one()
        return Spent(int(row[0]), int(row[1]), int(row[2]), float(row[3]))

    def uses(self) -> tuple[EndpointUse, ...]:
        """What each endpoint was used for, in the order in which they were first asked."""
        total, here = sa.func.sum, calls.c
        query = (
            sa.select(
                here.endpoint,
                sa.func.count(),
                total(sa.case((here.status == "read", 1), else_=0)),
                total(here.prompt_tokens),
                total(here.completion_tokens),
                total(here.cost),
                total(here.seconds),
            )
            .where(here.run == self._run)
            .group_by(here.endpoint)
            .order_by(sa.func.min(here.number))
        )
        with self._journal.transaction() as connection:
            return tuple(EndpointUse(*row) for row in connection.execute(query))

    def switched(self, before: str, after: str, why: str) -> None:
        """Another endpoint, or the built-in brain, takes over."""
        self._append(switches, {"before": before, "after": after, "why": why})

    def switches(self) -> list[tuple[str, str, str]]:
        """(before, after, why) of each switch, in order."""
        query = sa.select(switches).where(switches.c.run == self._run).order_by(switches.c.number)
        with self._journal.transaction() as connection:
            return [(row["before"], row["after"], row["why"]) for row in connection.execute(query).mappings()]

    def speaker(self) -> str | None:
        """Who answered last: the one that took over last, else the first that was asked; None: nobody was."""
        taken_over, uses = self.switches(), self.uses()
        if taken_over:
            return taken_over[-1][1]
        return uses[0].endpoint if uses else None

    def _set(self, number: int, **values: Any) -> None:
        with self._journal.transaction() as connection:
            here = (calls.c.run == self._run) & (calls.c.number == number)
            connection.execute(sa.update(calls).where(here).values(**values))

    def _append(self, table: sa.Table, values: dict[str, Any]) -> int:
        """Add a row with the next number, which it returns: one statement, so that no other process takes it too."""
        last = sa.select(sa.func.coalesce(sa.func.max(table.c.number), 0)).where(table.c.run == self._run)
        row = {"run": self._run, "number": last.scalar_subquery() + 1, **values}
        created = datetime.now(UTC).isoformat("T", "seconds")
        with self._journal.transaction() as connection:
            done = connection.execute(sa.insert(table).values(**row, created=created).returning(table.c.number))
            return int(done.scalar_one())


def _used(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost": usage.cost_usd,
        "estimated": usage.estimated,
    }
