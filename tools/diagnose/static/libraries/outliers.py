"""Rows that are left out because they lie beyond limits which were computed from all rows: a kind of learning, too.

Sources: as those of the rules that tell it, rules_outliers.py.
"""

from dataclasses import replace

from mlpilot.tools.diagnose.static.libraries.columns import NO_TEXT, UNSURE
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Learning

OUTLIER = "outlier"
"""The kind of such a learning; `of` names the columns that were looked at: see `columns_of`."""
_LIMITS = listed("quantile percentile std")
"""Statistics that limits are made of; a mean alone rather parts rows in two."""
_SCORES = listed("zscore scale StandardScaler")
DETECTORS = listed("IsolationForest LocalOutlierFactor EllipticEnvelope OneClassSVM")


def left_out(data: Data, choice: Data) -> frozenset[Learning]:
    """What was learnt from the rows of the data, where the choice of rows hangs on limits that were."""
    new = choice.learned - data.learned
    found = {replace(one, kind=OUTLIER, of=_of(choice), into=frozenset()) for one in new if _limits(one)}
    judge = choice.made_by
    if isinstance(judge, Instance) and judge.name in DETECTORS and judge.fits:
        fit = judge.fits[-1]
        if isinstance(fit.X, Data) and fit.X.rows:
            line, column = getattr(fit.node, "lineno", 1), getattr(fit.node, "col_offset", 0)
            found.add(Learning(judge.name, OUTLIER, fit.X.rows, line, column, _of(fit.X)))
    elif isinstance(judge, Instance) and judge.fits and {"compared", "off"} & choice.flags:
        fit = judge.fits[-1]  # residuals of a model that was fitted on these rows
        if isinstance(fit.X, Data) and isinstance(fit.y, Data) and fit.X.rows == data.rows and fit.y.columns:
            line, column = getattr(fit.node, "lineno", 1), getattr(fit.node, "col_offset", 0)
            found.add(Learning(judge.name, OUTLIER, data.rows, line, column, ",".join(fit.y.columns)))
    return frozenset(found)


def _limits(one: Learning) -> bool:
    return (one.kind == "statistic" and one.what in _LIMITS) or (one.kind == "scale" and one.what in _SCORES)


def _of(choice: Data) -> str:
    if choice.columns:
        return ",".join(choice.columns)
    if UNSURE in choice.without:
        return UNSURE
    return f"*{NO_TEXT if NO_TEXT in choice.without else ''}," + ",".join(
        sorted(one for one in choice.without if not one.startswith(("?", "+")))
    )


def columns_of(one: Learning) -> tuple[frozenset[str], bool]:
    """(names, whether they are those left out of all) of the columns that an outlier's limits were computed from."""
    names = one.of.split(",")
    return frozenset(names) - {"", UNSURE} - {f"*{NO_TEXT}", "*"}, names[0].startswith("*")
