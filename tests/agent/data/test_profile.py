"""What each column is taken for, and how its values come out."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpilot.agent.data.ids import named_like_id
from mlpilot.agent.data.profile import Understood, understand
from mlpilot.agent.data.values import raw

RNG = np.random.default_rng(0)


def seen(values: Any, name: str = "x") -> Understood:
    return understand(name, raw(pd.Series(values)))


def repeated(*values: Any, times: int = 50) -> list[Any]:
    return list(values) * times


# --- numbers


def test_whole_numbers_and_fractions() -> None:
    whole, fraction = seen([3, 1, 2]), seen([0.5, None, 2.0])
    assert whole.column.kind == "number" and whole.values is not None and whole.values.dtype == np.int64
    assert fraction.column.missing == 1 and fraction.values is not None and fraction.values.dtype == np.float64
    assert whole.column.detail == "1 – 3" and whole.column.distinct == 3


@pytest.mark.parametrize(
    ("texts", "first", "form"),
    [
        (["1,234.5", "2,000", "17"], 1234.5, "1,234.5"),
        (["12 %", "3%", "100 %"], 12.0, "1,234.5"),
        (["$5", "-$3.50", "$1,000"], 5.0, "1,234.5"),
        (["€ 5", "3 €", "7"], 5.0, "1,234.5"),
        (["3,5", "4,25", "1.000,0"], 3.5, "1.234,5"),
        (["1 234", "5", "12 000 000"], 1234.0, "1,234.5"),
        (["1e3", "-2.5E-1", "+4"], 1000.0, "1,234.5"),
    ],
)
def test_numbers_written_as_text(texts: list[str], first: float, form: str) -> None:
    found = seen(repeated(*texts))
    assert found.column.kind == "number" and found.column.form == form
    assert found.values is not None and found.values[0] == first and not np.isnan(found.values).any()


def test_a_few_words_among_numbers_become_missing_and_are_noted() -> None:
    found = seen(["1", "2", "3", "4"] * 50 + ["unknown", "n.d."])
    assert found.column.kind == "number" and found.column.missing == 2
    assert found.notes == ("x: 2 values that are no numbers, taken as missing",)


@pytest.mark.parametrize(
    "texts", [["00123", "00456", "10000"], ["1.2.3", "1.2.4"], ["12-3", "45-6"], ["1,23,4", "5,67,8"]]
)
def test_codes_are_no_numbers(texts: list[str]) -> None:
    assert seen(repeated(*texts)).column.kind == "category"


def test_infinite_values_become_missing_and_are_noted() -> None:
    found = seen([1.0, np.inf, -np.inf, 2.0])
    assert found.column.missing == 2 and found.notes == ("x: 2 infinite values taken as missing",)
    assert found.values is not None and np.isnan(found.values).sum() == 2
    assert seen([np.inf, np.inf]).column.kind == "empty"


# --- booleans


@pytest.mark.parametrize("pair", [("yes", "no"), ("True", "False"), ("t", "f"), ("Y", "N"), ("on", "OFF")])
def test_booleans_written_as_words(pair: tuple[str, str]) -> None:
    found = seen(repeated(*pair))
    assert found.column.kind == "boolean" and found.values is not None
    assert found.values.dtype == bool and found.values[:2].tolist() == [True, False]


def test_booleans_with_gaps_are_floats() -> None:
    for values in (pd.array([True, None, False], dtype="boolean"), ["yes", None, "no"]):
        found = seen(values)
        assert found.column.kind == "boolean" and found.values is not None
        np.testing.assert_array_equal(found.values, [1.0, np.nan, 0.0])


def test_zero_and_one_stay_numbers() -> None:
    assert seen([0, 1, 1, 0]).column.kind == "number"
    assert seen(["0", "1", "1", "0"]).column.kind == "number"


def test_other_pairs_are_categories() -> None:
    assert seen(repeated("m", "f")).column.kind == "category"


# --- dates


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2024-01-31", "2023-12-01"], "ISO8601"),
        (["2024-01-31T10:00:00Z", "2023-12-01 10:00:00.5+02:00"], "ISO8601"),
        (["31/01/2024", "01/12/2023"], "%d/%m/%Y"),
        (["01/31/2024", "12/01/2023"], "%m/%d/%Y"),
        (["31.01.2024 10:30", "01.12.2023 00:00"], "%d.%m.%Y %H:%M"),
        (["31 Jan 2024", "1 Dec 2023"], "%d %b %Y"),
        (["Jan 31, 2024", "Dec 1, 2023"], "%b %d, %Y"),
    ],
)
def test_dates(texts: list[str], form: str) -> None:
    found = seen(repeated(*texts))
    assert found.column.kind == "date" and found.column.form == form and found.notes == ()
    assert found.values is not None and found.values.dtype == np.dtype("datetime64[ns]")
    assert found.values[0].astype("datetime64[D]") == np.datetime64("2024-01-31")
    assert found.column.detail == "2023-12-01 – 2024-01-31"


def test_dates_whose_day_and_month_cannot_be_told_apart() -> None:
    found = seen(repeated("01/02/2024", "03/04/2024"))
    assert found.column.kind == "date" and "day first" in found.notes[0]


@pytest.mark.parametrize("values", [[20240131, 20231201], ["5-2024", "6-2024"], ["1.5.2", "2.5.2"], ["10-20", "20-30"]])
def test_what_only_resembles_dates(values: list[Any]) -> None:
    assert seen(repeated(*values)).column.kind != "date"


def test_zones_become_utc_and_far_dates_missing() -> None:
    found = seen(pd.Series(pd.to_datetime(["2024-01-01 12:00", "2024-06-01 12:00"])).dt.tz_localize("Europe/Paris"))
    assert found.values is not None and str(found.values[0]) == "2024-01-01T11:00:00.000000000"
    found = seen(["2024-01-01"] * 60 + ["2025-01-01"] * 60 + ["9999-12-31"] * 2)
    assert found.column.kind == "date" and found.column.missing == 2


# --- words


def test_categories() -> None:
    found = seen([" red", "blue", "red", "?", "NA", None, "none", "-", "N/A", ""])
    assert found.column.kind == "category" and found.column.missing == 7 and found.column.distinct == 2
    assert (
        found.values is not None
        and found.values.dtype == object
        and found.values[:3].tolist() == ["red", "blue", "red"]
    )
    assert all(type(value) in (str, float) for value in found.values)
    assert found.column.detail == "red 67 %, blue 33 %"


def test_many_categories_stay_a_category() -> None:
    found = seen([f"town {i}" for i in RNG.integers(0, 300, 500)])
    assert found.column.kind == "category"


def test_free_text() -> None:
    words = ["calm", "river", "stone", "under", "bright", "old", "window", "tree"]
    texts = [" ".join(RNG.choice(words, 12)) for _ in range(100)]
    found = seen(texts)
    assert found.column.kind == "text" and found.column.detail == "about 12 words each"
    assert seen(texts[:3] * 50).column.kind == "category"


# --- ids


@pytest.mark.parametrize(
    "name", ["id", "ID", "customerID", "customer_id", "UserId", "userid", "uuid", "index", "Unnamed: 0", "row number"]
)
def test_names_of_ids(name: str) -> None:
    assert named_like_id(name)
    assert seen(RNG.permutation(1000), name).column.kind == "id"
    assert seen([f"k{i}" for i in range(1000)], name).column.kind == "id"


@pytest.mark.parametrize("name", ["fluid", "paid", "acid", "idea", "width", "bid", "covid", "price", "age", "индекс"])
def test_names_of_no_ids(name: str) -> None:
    assert not named_like_id(name)
    assert seen(RNG.permutation(1000), name).column.kind == "number"


def test_strings_that_name_rows_whatever_they_are_called() -> None:
    import uuid

    assert seen([str(uuid.UUID(bytes=RNG.bytes(16))) for _ in range(50)]).column.kind == "id"
    assert seen([f"{n}-VHVEG" for n in range(1000, 1100)]).column.kind == "id"


def test_when_in_doubt_a_column_is_kept() -> None:
    assert seen(RNG.normal(size=1000), "id").column.kind == "number"  # a measurement, whatever its name
    assert seen(np.arange(1000), "day").column.kind == "number"
    assert seen(RNG.integers(0, 50, 1000), "customer_id").column.kind == "number"  # names groups, not rows
    assert seen([f"{i}kg" for i in range(100)]).column.kind == "category"
    assert seen([f"{i}:{i % 60:02}" for i in range(100)]).column.kind == "category"
    assert seen(np.arange(10), "id").column.kind == "number"  # ten rows are distinct by chance


def test_an_unnamed_counter() -> None:
    assert seen(np.arange(100), "column_1").column.kind == "id"
    assert seen(RNG.integers(0, 10**6, 100), "column_1").column.kind == "number"


# --- nothing to learn from


def test_constant_and_empty() -> None:
    for values in ([1, 1], ["a", "a"], [True, True], pd.to_datetime(["2024-01-01"] * 2)):
        found = seen(values)
        assert found.column.kind == "constant" and not found.column.used and found.values is None
    for empty in ([None, None], [np.nan, np.nan], ["", "?"]):
        assert seen(empty).column.kind == "empty"
    assert seen(["a", None]).column.used  # that it is missing may tell


def test_every_dtype_is_understood() -> None:
    for values in (
        pd.array([1, None], dtype="Int8"),
        np.array([1, 2], dtype=np.uint64),
        np.array([1, 2], dtype=np.float32),
        pd.Categorical([1, 2]),
        pd.array([1.5, None], dtype="Float32"),
    ):
        found = seen(values)
        assert (
            found.column.kind == "number" and found.values is not None and found.values.dtype in (np.int64, np.float64)
        )
    assert seen(pd.Series(["a", 1, None, 2.5], dtype=object)).column.kind == "category"


def test_a_word_for_missing_makes_no_category_of_numbers() -> None:
    numbers = [f"{value:.2f}" for value in np.linspace(0, 9, 180)]
    found = understand("dose", raw(pd.Series([*numbers, *["unknown"] * 20])))
    assert found.column.kind == "number" and found.column.missing == 20
    assert found.notes == ("dose: 20 values that are no numbers, taken as missing",)
    grades = understand("grade", raw(pd.Series([*map(str, range(1, 7)), "other"] * 20)))
    assert grades.column.kind == "category"
