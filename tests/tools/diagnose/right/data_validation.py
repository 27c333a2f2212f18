"""Checks of the nightly order file. Ends with status 1 when a check of severity ERROR fails."""
import logging
import sys
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

import pandas as pd

logger = logging.getLogger(__name__)


class Severity(Enum):
    WARN = logging.WARNING
    ERROR = logging.ERROR


class Check(NamedTuple):
    name: str
    severity: Severity
    bad_rows: Callable[[pd.DataFrame], pd.Series]


CHECKS = [
    Check("order_id is unique", Severity.ERROR, lambda d: d["order_id"].duplicated(keep=False)),
    Check("no empty cell", Severity.ERROR, lambda d: d.isna().any(axis=1)),
    Check("quantity is positive", Severity.ERROR, lambda d: d["qty"] <= 0),
    Check("known category", Severity.ERROR, lambda d: ~d["category"].isin({"toys", "books", "garden", "food", "music"})),
    Check("date within the year", Severity.ERROR, lambda d: d["order_date"].dt.year != 2023),
    Check("price not above 100", Severity.WARN, lambda d: d["unit_price"] > 100),
]


def validate(df: pd.DataFrame) -> bool:
    ok = True
    for c in CHECKS:
        mask = c.bad_rows(df)
        n = int(mask.sum())
        if n:
            logger.log(c.severity.value, "%s: %d rows, e.g. %s", c.name, n, df.loc[mask, "order_id"].head(3).tolist())
            ok = ok and c.severity is not Severity.ERROR
        else:
            logger.info("%s: ok", c.name)
    return ok


def daily_volume_outliers(df: pd.DataFrame, k: float = 3.5) -> pd.Series:
    """Days whose number of orders is far from the median (robust z-score)."""
    n = df.groupby("order_date").size().reindex(pd.date_range("2023-01-01", "2023-12-31"), fill_value=0)
    mad = (n - n.median()).abs().median()
    z = 0.6745 * (n - n.median()) / mad
    return n[z.abs() > k]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)-7s %(message)s", stream=sys.stdout)
    orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
    good = validate(orders)
    strange = daily_volume_outliers(orders)
    logger.info("days with an unusual volume: %d", len(strange))
    sys.exit(0 if good else 1)
