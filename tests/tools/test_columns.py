"""A table laid out for the sandbox is the same table inside."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from mlpilot.tools.columns import write_columns


@pytest.fixture(scope="module")
def inside() -> ModuleType:
    """The sandbox's half of the harness, loaded as the sandbox does: by itself."""
    path = Path(__file__).parents[2] / "tools" / "inside" / "mlpilot_harness.py"
    spec = importlib.util.spec_from_file_location("mlpilot_harness", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLE = pd.DataFrame(
    {
        "number": [1.5, np.nan, -2.0, 0.0],
        "whole": np.array([1, 2, 3, 2**60], dtype=np.int64),
        "yes": [True, False, True, True],
        "day": pd.to_datetime(["2024-02-29", None, "1970-01-01", "2261-01-01"]).astype("datetime64[ns]"),
        "größe/…\n": np.array(["ä", np.nan, "漢字", ""], dtype=object),
    }
)


def test_every_kind_of_column_comes_back(tmp_path: Path, inside: ModuleType) -> None:
    write_columns(TABLE, np.arange(4), tmp_path / "x")
    pd.testing.assert_frame_equal(inside.read_columns(tmp_path / "x"), TABLE)


def test_rows_come_in_the_order_asked_for(tmp_path: Path, inside: ModuleType) -> None:
    rows = np.array([3, 0, 2])
    write_columns(TABLE, rows, tmp_path / "x")
    expected = TABLE.iloc[rows].reset_index(drop=True)
    pd.testing.assert_frame_equal(inside.read_columns(tmp_path / "x"), expected)


def test_two_parts_stand_one_below_the_other(tmp_path: Path, inside: ModuleType) -> None:
    other = pd.DataFrame({**TABLE, "yes": [1.0, np.nan, 0.0, 1.0]})
    write_columns(TABLE, np.arange(4), tmp_path / "a")
    write_columns(other, np.arange(4), tmp_path / "b")
    inside.load(str(tmp_path / "a"), str(tmp_path / "b"))
    assert len(inside.table) == 8
    assert inside.table["yes"].dtype == np.float64
    assert inside.table["whole"].dtype == np.int64


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    with pytest.raises(IndexError):
        write_columns(TABLE, np.array([99]), tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
