"""Rows before that are taken for rows after.

Source: pandas, DataFrame.shift.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_LATER = frozenset(("next", "tomorrow", "future", "following", "ahead", "tomorrows"))


@rule(
    "PANDAS018",
    "past-in-place-of-the-future",
    "error",
    "what is called the next value is that of the row before",
    remedy="shift(-1): the value of the row after",
    source="pandas, DataFrame.shift: positive periods move values down, so that a row gets that of the row before",
)
def past_for_future(program: Program) -> Iterator[Found]:
    """`df["next_sales"] = df["sales"].shift(1)`."""
    reversed_rows = "[::-1]" in program.text or re.search(r"ascending\s*=\s*(False|\[False|0\b)", program.text)
    for node in program.each(ast.Assign) if not reversed_rows else ():
        target = node.targets[0]
        at = target.slice if isinstance(target, ast.Subscript) else None
        if not isinstance(at, ast.Constant) or not isinstance(at.value, str):
            continue
        named = set(tokens(at.value))
        if not named & _LATER or named & {"pred", "predicted", "forecast", "prediction", "prev", "last"}:
            continue
        calls = [one for one in ast.walk(node.value) if isinstance(one, ast.Call) and called(one) == "shift"]
        if len(calls) == 1 and _moves_down(calls[0]) and not isinstance(node.value, ast.BinOp | ast.Compare):
            yield node, f"{at.value!r} is made with {written(calls[0])}, which takes the row before, not the one after"


def _moves_down(node: ast.Call) -> bool:
    by = node.args[0] if node.args else next((one.value for one in node.keywords if one.arg == "periods"), None)
    return by is None or (isinstance(by, ast.Constant) and isinstance(by.value, int) and by.value > 0)
