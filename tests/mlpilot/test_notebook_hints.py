"""What a notebook knows of an error by its own names, columns, files and packages."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlpilot.notebook.hints import hint

FRAME = pd.DataFrame({"price": [1.0], "a\x1b[31mred": [2]})
NAMES = {"df": FRAME, "settings": {"depth": 3}, "empty": {}, "treshold": 2, "_hidden": 1}


def raised(source: str, names: dict[str, Any] = NAMES) -> BaseException:
    try:
        exec(source, dict(names))
    except BaseException as error:  # noqa: BLE001 -- KeyboardInterrupt is one of the cases
        return error
    raise AssertionError("it raises nothing")


@pytest.mark.parametrize(
    ("source", "message", "remedy"),
    [
        ("prin(1)", "the name 'prin' is used and never defined here", "did you mean 'print'?"),
        ("threshold", "the name 'threshold' is used", "did you mean 'treshold'?"),
        ("np.ones(3)", "the name 'np' is used", "import numpy as np"),
        ("train_test_split", "the name 'train_test_split'", "from sklearn.model_selection import train_test_split"),
        ("qqqqqq", "the name 'qqqqqq'", "run the cell that defines it"),
        ("df['prize']", "df has no column 'prize'", "did you mean 'price'?"),
        ("df[['price', 'x']].sum()", "df has no column", "there are price"),
        ("settings['death']", "settings has no key 'death'", "did you mean 'depth'?"),
        ("empty[1]", "empty has no key 1", "it is empty"),
        ("import sklern.svm", "there is no module 'sklern' in", "did you mean 'sklearn'?"),
        ("import qqzzqq", "there is no module 'qqzzqq' in", "%pip install qqzzqq;"),
        ("open('tabel.csv')", "there is no file tabel.csv", "did you mean 'table.csv'?"),
        ("open('nowhere/a.csv')", "there is no folder nowhere", "where it begins"),
        ("1 / 0", "divided by zero", "the divisor"),
        ("'a' + 1", "text and a number are joined", "str(…)"),
        ("raise KeyboardInterrupt", "stopped by hand", "again"),
    ],
)
def test_what_is_near_is_named(
    source: str, message: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").touch()
    found = hint(raised(source), source, NAMES)
    assert found is not None
    assert found[0].startswith(message) or message in found[0]
    assert remedy in found[1]


@pytest.mark.parametrize("source", ["assert False", "raise ValueError('no')", "{}['x']", "(lambda: {})()['x'] if True"])
def test_what_is_not_known_is_not_guessed(source: str) -> None:
    error = raised(source)
    assert isinstance(error, SyntaxError) or hint(error, source, NAMES) is None


def test_names_of_columns_cannot_paint_the_screen() -> None:
    found = hint(raised("df['zzz']"), "df['zzz']", NAMES)
    assert found is not None and "\x1b" not in found[1] and "red" in found[1]


class Hostile(dict):  # type: ignore[type-arg]
    """A dictionary that does things when it is asked."""

    def __contains__(self, key: object) -> bool:
        sys.exit("called")


def test_objects_of_the_person_are_not_called() -> None:
    assert hint(KeyError("x"), "held['x']", {"held": Hostile()}) is None
