"""The Card of a Task as the Table that recipes are written for."""

from mlpilot.agent.brains.protocol import Card
from mlpilot.tools.recipes import Table


def table_of(card: Card) -> Table:
    """Columns by kind, sizes and metric; nothing that depends on anything but the Card."""

    def names(kind: str) -> tuple[str, ...]:
        return tuple(column.name for column in card.columns if column.kind == kind)

    return Table(
        task=card.type,
        train_rows=card.train_rows,
        classes=card.classes if card.type == "classification" else 0,
        smallest_class=int(card.train_rows * min(card.class_shares, default=0.0)),
        numbers=names("number"),
        booleans=names("boolean"),
        categories=names("category"),
        dates=names("date"),
        texts=names("text"),
        missing=frozenset(column.name for column in card.columns if column.missing),
        distinct={column.name: column.distinct for column in card.columns if column.kind == "category"},
        metric=card.metric,
        timed=card.timed,
        threads=card.threads,
    )
