"""From a file and a target to rows, features and labels, on real tables and on awkward ones."""

import hashlib
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpilot.agent.data.conform import conform_noted
from mlpilot.agent.data.prepare import Prepared, conform, prepare
from mlpilot.agent.data.table import read_table
from mlpilot.agent.task import TaskSpec
from mlpilot.sandbox.errors import UserError

N = 200
RNG = np.random.default_rng(0)


def frame(rows: int = N, **columns: Any) -> pd.DataFrame:
    """Two fine-grained features and a balanced target y, and whatever is asked for besides."""
    rng = np.random.default_rng(1)
    base = {"a": rng.normal(size=rows), "b": rng.normal(size=rows), "y": np.arange(rows) % 2}
    return pd.DataFrame(base | columns)


def saved(folder: Path, data: pd.DataFrame, name: str = "t.csv") -> str:
    data.to_csv(folder / name, index=False)
    return str(folder / name)


def prepared(folder: Path, data: pd.DataFrame, target: str = "y", **options: Any) -> Prepared:
    found = prepare(TaskSpec(saved(folder, data), target, **options))
    _consistent(found)
    return found


def refusal(folder: Path, data: pd.DataFrame, target: str = "y", **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        prepare(TaskSpec(saved(folder, data), target, **options))
    message = str(caught.value)
    assert "\n" not in message
    return message


def _consistent(found: Prepared) -> None:
    n = len(found.labelled)
    assert len(found.X) == len(found.y) == n and isinstance(found.X.index, pd.RangeIndex)
    assert tuple(found.X.columns) == found.task.features == tuple(c.name for c in found.columns if c.used)
    assert all(c.used != bool(c.why) for c in found.columns)
    for column in found.columns:
        if column.used:
            allowed = {
                "number": (np.dtype("float64"), np.dtype("int64")),
                "boolean": (np.dtype("float64"), np.dtype("bool")),
                "date": (np.dtype("datetime64[ns]"),),
                "category": (np.dtype("O"),),
                "text": (np.dtype("O"),),
            }[column.kind]
            assert found.X[column.name].dtype in allowed
            assert int(found.X[column.name].isna().sum()) <= column.missing
    for part in (found.groups, found.order):
        assert part is None or (part.dtype == np.int64 and len(part) == n)
    if found.task.type == "classification":
        assert found.y.dtype == np.int32 and set(np.unique(found.y)) == set(range(len(found.task.classes)))
        assert found.task.classes == tuple(np.unique(np.array(found.task.classes)).tolist())
    else:
        assert found.y.dtype == np.float64 and np.isfinite(found.y).all() and found.task.classes == ()


# --- real tables


@pytest.mark.parametrize(("name", "classes"), [("breast_cancer", 2), ("digits", 10), ("wine", 3), ("diabetes", 0)])
def test_scikit_learn_tables(tmp_path: Path, name: str, classes: int) -> None:
    from sklearn import datasets

    data = getattr(datasets, f"load_{name}")(as_frame=True).frame
    found = prepared(tmp_path, data, "target")
    assert found.task.type == ("classification" if classes else "regression")
    assert found.task.classes == tuple(range(classes))
    assert found.task.metric == ("neg_log_loss" if classes else "neg_root_mean_squared_error")
    assert len(found.X) == len(data) and found.groups is None
    kept = data.shape[1] - 1 - (3 if name == "digits" else 0)  # three pixels are always 0
    assert len(found.task.features) == kept
    if name != "digits":
        assert found.notes == ()
        np.testing.assert_array_equal(found.X.to_numpy(), data.drop(columns="target").to_numpy())


def test_statsmodels_tables(tmp_path: Path) -> None:
    from statsmodels import datasets

    fair = prepared(tmp_path, datasets.fair.load_pandas().data, "affairs")
    assert fair.task.type == "regression" and fair.X.shape == (6366, 8)
    assert fair.notes == ("1,537 duplicate rows kept together",) and fair.groups is not None
    randhie = prepared(tmp_path, datasets.randhie.load_pandas().data, "mdvis")
    assert randhie.task.type == "regression" and randhie.X.shape == (20190, 9)
    assert randhie.groups is None and len(randhie.notes) == 1 and "coincidence" in randhie.notes[0]


def test_leading_zeros_are_kept(tmp_path: Path) -> None:
    zips = [f"{5 * i % 70:05d}" for i in range(N)]
    found = prepared(tmp_path, frame(zip=zips, part=[f"{i % 3:03d}" for i in range(N)]), "part")
    assert found.task.classes == ("000", "001", "002")
    assert found.X["zip"].tolist() == zips


# --- the target


def test_labels_of_every_kind(tmp_path: Path) -> None:
    for labels, classes in (
        (["no", "yes"], ("no", "yes")),
        (["ja", "nein", "жаль"], ("ja", "nein", "жаль")),
        ([True, False], (False, True)),
        ([3, 1, 2], (1, 2, 3)),
        (["+", "-"], ("+", "-")),
        (["none", "mild", "severe"], ("mild", "none", "severe")),
    ):
        values = (labels * N)[:N]
        found = prepared(tmp_path, frame(y=values))
        assert found.task.classes == classes and [type(c) for c in found.task.classes] == [type(c) for c in classes]
        assert [found.task.classes[code] for code in found.y] == values


def test_whole_floats_are_labels_without_a_point(tmp_path: Path) -> None:
    found = prepared(tmp_path, frame(y=np.where(np.arange(N) % 2 == 0, 0.0, 1.0)))
    assert found.task.classes == (0, 1) and all(type(c) is int for c in found.task.classes)


def test_a_target_with_gaps_keeps_whole_labels(tmp_path: Path) -> None:
    y = pd.array(np.arange(N) % 2, dtype="Int64")
    y[[0, 5]] = pd.NA
    found = prepared(tmp_path, frame(y=y))
    assert found.task.classes == (0, 1) and len(found.X) == N - 2
    assert found.labelled.tolist() == [row for row in range(N) if row not in (0, 5)]
    assert "2 rows without a target left out" in found.notes


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (RNG.normal(size=N), "regression"),
        (RNG.integers(25, 347, N), "regression"),
        (RNG.poisson(2, N), "regression"),
        (RNG.poisson(0.8, N), "regression"),
        (np.arange(N) % 10, "classification"),
        (np.arange(N) % 3, "classification"),
        (3 + np.arange(N) % 6, "classification"),
        (RNG.choice([0, 1, 2], N, p=[0.85, 0.1, 0.05]), "classification"),
        (np.where(np.arange(N) % 2 == 0, 7.0, 9.0), "classification"),
        (np.where(np.arange(N) % 50 == 0, 0.0, RNG.exponential(size=N)), "regression"),
        ([f"{x:,.2f}" for x in RNG.normal(5000, 1000, N)], "regression"),
    ],
)
def test_type_is_inferred(tmp_path: Path, values: Any, expected: str) -> None:
    assert prepared(tmp_path, frame(y=values)).task.type == expected


def test_type_can_be_overridden(tmp_path: Path) -> None:
    assert prepared(tmp_path, frame(), task="regression").task.type == "regression"
    assert len(prepared(tmp_path, frame(y=np.arange(N) % 25), task="classification").task.classes) == 25
    assert "'yes'" in refusal(tmp_path, frame(y=["yes", "no"] * (N // 2)), task="regression")


def test_missing_words_in_a_target(tmp_path: Path) -> None:
    y = (["low", "high", "?", ""] * N)[:N]
    found = prepared(tmp_path, frame(y=y))
    assert found.task.classes == ("high", "low") and len(found.X) == N // 2
    numbers = [str(x) for x in RNG.normal(size=N - 10)] + ["-", "none", "NA", "?", ""] * 2
    assert len(prepared(tmp_path, frame(y=numbers)).X) == N - 10


def test_small_classes_are_left_out(tmp_path: Path) -> None:
    y = ["a", "b"] * (N // 2)
    y[0], y[1], y[2], y[3] = "once", "thrice", "thrice", "thrice"
    found = prepared(tmp_path, frame(y=y))
    assert found.task.classes == ("a", "b") and len(found.X) == N - 4 and found.labelled[0] == 4
    assert "2 classes with fewer than 4 rows left out: once (1 row), thrice (3 rows)" in found.notes
    four = prepared(tmp_path, frame(y=["rare"] * 4 + ["a", "b"] * (N // 2 - 2)))
    assert "rare" in four.task.classes


def test_a_class_in_too_few_groups_is_left_out(tmp_path: Path) -> None:
    groups = np.arange(N) // 4
    y = np.where(groups < 2, "few", np.where(np.arange(N) % 2 == 0, "a", "b"))
    found = prepared(tmp_path, frame(y=y, g=groups), group="g")
    assert found.task.classes == ("a", "b")


def test_imbalance_is_noted(tmp_path: Path) -> None:
    found = prepared(tmp_path, frame(y=np.where(np.arange(N) % 20 == 0, "rare", "common")))
    assert "imbalanced classes: rare 5 %" in found.notes


@pytest.mark.parametrize(
    ("data", "target", "part"),
    [
        (frame(), "Y2", "did you mean y?"),
        (frame(), "absent", "there are a, b, y"),
        (frame(y=np.full(N, np.nan)), "y", "missing in every row"),
        (frame(y=["same"] * N), "y", "same in every row"),
        (frame(y=[2.5] * N), "y", "2.5 in every row"),
        (frame(y=[np.inf, *RNG.normal(size=N - 1)]), "y", "infinite in 1 row"),
        (frame(rows=19), "y", "at least 20"),
        (frame(y=[f"word{i}" for i in range(N)]), "y", "two classes"),
        (frame(y=["a"] * (N - 2) + ["b"] * 2), "y", "two classes"),
        (frame(y=pd.date_range("2024-01-01", periods=N).astype(str)), "y", "holds dates"),
        (frame()[["y"]], "y", "no column is left"),
        (frame(a=1, b=2), "y", "no column is left"),
    ],
)
def test_targets_that_cannot_be_learnt(tmp_path: Path, data: pd.DataFrame, target: str, part: str) -> None:
    assert part in refusal(tmp_path, data, target)


# --- columns


def test_what_is_left_out_and_said(tmp_path: Path) -> None:
    data = frame(
        customerID=[f"{i}-AB" for i in range(N)],
        same=7,
        nothing=np.nan,
        far=[np.inf, *np.arange(N - 1) / 7],
        unwanted=RNG.normal(size=N),
    )
    data["copy"] = data["a"]
    found = prepared(tmp_path, data, drop=("unwanted",))
    kinds = {column.name: (column.kind, column.used) for column in found.columns}
    assert list(kinds) == [name for name in data if name != "y"]
    assert kinds == {
        "a": ("number", True),
        "b": ("number", True),
        "customerID": ("id", False),
        "same": ("constant", False),
        "nothing": ("empty", False),
        "far": ("number", True),
        "unwanted": ("number", False),
        "copy": ("duplicate", False),
    }
    for note in (
        "customerID left out (an id)",
        "same left out (constant)",
        "nothing left out (empty)",
        "copy left out (same as a)",
        "unwanted left out (dropped)",
        "far: 1 infinite value taken as missing",
    ):
        assert note in found.notes


@pytest.mark.parametrize("option", ["target", "group", "time", "drop"])
def test_a_name_that_two_columns_have_is_refused(tmp_path: Path, option: str) -> None:
    data = frame(z=np.arange(N) % 50)
    data.insert(0, "again", data["y" if option == "target" else "z"])
    header = ["z" if name == "again" and option != "target" else "y" if name == "again" else name for name in data]
    data.to_csv(tmp_path / "t.csv", index=False, header=header)
    asked: dict[str, Any] = {"target": "y", option: ("z",) if option == "drop" else "y" if option == "target" else "z"}
    with pytest.raises(UserError, match=r"more than one column of .* is called that; rename one"):
        prepare(TaskSpec(str(tmp_path / "t.csv"), **asked))


def test_a_target_that_two_columns_of_the_test_table_have_is_refused(tmp_path: Path) -> None:
    data = frame()
    data.to_csv(tmp_path / "test.csv", index=False)
    twice = (tmp_path / "test.csv").read_text().replace("a,b,y", "y,b,y", 1)
    (tmp_path / "test.csv").write_text(twice)
    assert "is called y; rename one" in refusal(tmp_path, data, test=str(tmp_path / "test.csv"))


LABELS = np.arange(N) % 2


@pytest.mark.parametrize(
    ("target", "copy"),
    [
        (LABELS, LABELS),
        (np.where(LABELS, "yes", "no"), LABELS),
        (LABELS, LABELS == 1),
        (np.array(["red", "green", "blue"])[np.arange(N) % 3], None),
        (np.random.default_rng(2).normal(size=N), None),
        (np.where(np.arange(N) % 7, np.arange(N) % 3, np.nan), None),
    ],
    ids=["0 and 1", "yes as 1", "1 as true", "words", "floats", "with gaps"],
)
def test_a_copy_of_the_target_is_left_out(tmp_path: Path, target: Any, copy: Any) -> None:
    found = prepared(tmp_path, frame(y=target, copy=target if copy is None else copy))
    assert found.task.features == ("a", "b")
    assert "copy left out (same as the target)" in found.notes


def test_a_column_that_differs_from_the_target_in_one_row_stays(tmp_path: Path) -> None:
    nearly = LABELS.copy()
    nearly[5] = 1 - nearly[5]
    assert prepared(tmp_path, frame(nearly=nearly)).task.features == ("a", "b", "nearly")


def test_names_are_asked_for_as_they_stand_in_the_header(tmp_path: Path) -> None:
    data = frame(time=np.arange(N), group=np.arange(N) // 2, gone=1).rename(
        columns={"y": " the  y", "time": "\x1b[31mt\x1b[0m", "group": "g\nh", "gone": "x\t"}
    )
    found = prepared(tmp_path, data, " the  y", time="\x1b[31mt\x1b[0m", group="g\nh", drop=("x\t",))
    assert (found.task.target, found.task.time, found.task.group) == ("the y", "t", "g h")
    assert found.order is not None and found.groups is not None


def test_a_table_of_one_row_has_too_few(tmp_path: Path) -> None:
    assert "1 row with a target; at least 20 are needed" in refusal(tmp_path, frame(rows=1))


def test_a_table_that_lacks_columns_is_named(tmp_path: Path) -> None:
    found = prepared(tmp_path, frame())
    with pytest.raises(UserError, match=r"new\.csv lacks a column that the model was trained on: b"):
        conform_noted(frame()[["a"]], found.columns, "new.csv")


def test_awkward_names(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text(
        "größe,größe,,y\n" + "".join(f"{i * 0.37:.3f},{i % 7},{i % 5},{'ja' if i % 2 else 'nein'}\n" for i in range(N))
    )
    found = prepare(TaskSpec(str(tmp_path / "n.csv"), "y"))
    _consistent(found)
    assert found.task.features == ("größe", "größe.1", "column_3") and len(found.notes) >= 2


def test_many_columns(tmp_path: Path) -> None:
    """Time per column must not grow with their number: twenty thousand columns are prepared in ten seconds."""
    rng = np.random.default_rng(3)
    data = pd.DataFrame(rng.normal(size=(50, 2000)), columns=[f"gene {i}" for i in range(2000)]).assign(y=[0, 1] * 25)
    started = time.process_time()
    assert len(prepared(tmp_path, data).task.features) == 2000
    assert time.process_time() - started < 12


def test_unknown_columns_in_options(tmp_path: Path) -> None:
    data = frame(region=np.arange(N) % 5)
    assert "--drop regio" in (message := refusal(tmp_path, data, drop=("regio",))) and "region?" in message
    assert "region?" in refusal(tmp_path, data, group="Region")
    assert "region?" in refusal(tmp_path, data, time="regoin")
    assert "target" in refusal(tmp_path, data, drop=("y",))
    assert "target" in refusal(tmp_path, data, group="y")


# --- rows that stay together, and order


def test_copied_rows_are_kept_together(tmp_path: Path) -> None:
    data = frame()
    data = pd.concat([data, data.iloc[:22].assign(y=1)], ignore_index=True)
    found = prepared(tmp_path, data)
    assert "22 duplicate rows kept together" in found.notes and found.groups is not None
    np.testing.assert_array_equal(found.groups[:22], found.groups[N:])
    assert len(np.unique(found.groups)) == N


def test_a_table_oversampled_tenfold(tmp_path: Path) -> None:
    found = prepared(tmp_path, pd.concat([frame()] * 10, ignore_index=True))
    assert found.groups is not None and len(np.unique(found.groups)) == N


def test_coarse_columns_coincide_by_chance(tmp_path: Path) -> None:
    data = pd.DataFrame({"a": np.arange(1000) % 7, "b": np.arange(1000) % 5, "y": RNG.integers(0, 2, 1000)})
    found = prepared(tmp_path, data)
    assert found.groups is None and not any("duplicate" in note for note in found.notes)
    assert any("965 rows like another one in all columns: coincidence" in note for note in found.notes)


@pytest.mark.parametrize("values", [RNG.normal(size=(200, 6)).round(2), RNG.integers(0, 8, (200, 12)).astype(str)])
def test_copies_of_coarse_rows_are_told_from_coincidence(tmp_path: Path, values: np.ndarray) -> None:
    """No column alone tells rows apart, and each row stands there three times: all columns together tell."""
    data = pd.DataFrame(values).add_prefix("c")
    data = pd.concat([data] * 3, ignore_index=True).assign(y=RNG.integers(0, 2, 600))
    found = prepared(tmp_path, data)
    assert found.groups is not None and len(np.unique(found.groups)) == 200


def test_a_common_pattern_is_no_copy(tmp_path: Path) -> None:
    data = frame()
    data.loc[: N // 4, ["a", "b"]] = 0.0
    assert prepared(tmp_path, data).groups is None


def test_groups(tmp_path: Path) -> None:
    data = frame(site=[f"s{i % 20}" for i in range(N)])
    data.loc[3, "site"] = None
    found = prepared(tmp_path, data, group="site")
    assert found.groups is not None and "site" not in found.X and found.task.group == "site"
    assert len(np.unique(found.groups)) == 21 and (found.groups == found.groups[3]).sum() == 1
    np.testing.assert_array_equal(found.groups[0::20] == found.groups[0], True)


def test_groups_and_copies_are_merged(tmp_path: Path) -> None:
    data = frame(site=np.arange(N) // 2)
    data.loc[2, ["a", "b"]] = data.loc[0, ["a", "b"]]  # rows 0,1 and 2,3 are now one cluster
    found = prepared(tmp_path, data, group="site")
    assert found.groups is not None and len(set(found.groups[:4])) == 1 and len(np.unique(found.groups)) == N // 2 - 1


def test_groups_that_are_all_alone(tmp_path: Path) -> None:
    assert prepared(tmp_path, frame(g=np.arange(N)), group="g").groups is None


def test_an_id_that_repeats_suggests_groups(tmp_path: Path) -> None:
    found = prepared(tmp_path, frame(patient_id=np.arange(N) % 50))
    assert any("--group" in note and "patient_id" in note for note in found.notes)


def test_time(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=N // 2).repeat(2).astype(str).to_numpy()
    shuffled = RNG.permutation(N)
    data = frame(day=days).iloc[shuffled].reset_index(drop=True)
    data.loc[0, "day"] = None
    found = prepared(tmp_path, data, time="day")
    assert found.order is not None and "day" not in found.X and found.labelled[0] == 1
    assert "1 row without a time (day) left out" in found.notes and "day left out (tells the order)" in found.notes
    np.testing.assert_array_equal(
        np.argsort(found.order, kind="stable"), np.argsort(data["day"].iloc[1:], kind="stable")
    )
    assert len(np.unique(found.order)) == N // 2
    assert prepared(tmp_path, frame(t=np.arange(N)), time="t").order is not None
    assert "no order" in refusal(tmp_path, frame(t=["x", "z"] * (N // 2)), time="t")


# --- another table


def test_conform_reads_a_later_table_in_the_same_way(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    data = frame(
        when=pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, N), "D"),
        price=[f"{x:.1f}".replace(".", ",") for x in rng.uniform(1, 9, N)],
        ok=["yes", "no"] * (N // 2),
        whole=rng.integers(0, 99, N),
        town=["Ulm", "Köln"] * (N // 2),
    )
    data["when"] = data["when"].dt.strftime("%d/%m/%Y")
    found = prepared(tmp_path, data)
    new = pd.DataFrame(
        {
            "extra": [1, 2],
            "town": ["Rom", None],
            "whole": [5, 6],
            "ok": ["no", "yes"],
            "price": ["1.234", "3,5"],
            "when": ["02/01/2024", "bad"],
            "b": [1, 2],
            "a": ["0.5", "oops"],
        }
    )
    X = conform(new, found.columns)
    assert tuple(X.columns) == found.task.features and X.dtypes.equals(found.X.dtypes)
    assert X["when"].iloc[0] == pd.Timestamp("2024-01-02") and pd.isna(X["when"].iloc[1])
    assert X["price"].tolist() == [1234.0, 3.5] and X["ok"].tolist() == [False, True]
    assert X["a"].iloc[0] == 0.5 and np.isnan(X["a"].iloc[1]) and X["town"].iloc[0] == "Rom"
    whole = conform(read_table(saved(tmp_path, data)).frame, found.columns)
    pd.testing.assert_frame_equal(whole, found.X)
    with pytest.raises(UserError, match=r"lacks columns .*: a, town"):
        conform(new.drop(columns=["a", "town"]), found.columns)


def test_a_test_table(tmp_path: Path) -> None:
    test = frame(rows=50).sample(frac=1, random_state=0)[["y", "b", "a"]].assign(more=1)
    test["a"] += 10
    test.loc[3, "y"] = 9
    found = prepared(tmp_path, frame(), test=saved(tmp_path, test, "test.csv"))
    assert found.X_test is not None and found.y_test is not None and found.test_rows is not None
    assert len(found.X_test) == len(found.y_test) == len(found.test_rows) == 49
    assert "test table: 1 row without a known target left out" in found.notes
    np.testing.assert_array_equal(found.X_test["a"], test["a"].to_numpy()[found.test_rows])
    np.testing.assert_array_equal(found.y_test, test["y"].to_numpy()[found.test_rows])
    assert found.task.test_hash is not None


def test_a_test_table_without_the_target(tmp_path: Path) -> None:
    for test in (frame(rows=5).drop(columns="y"), frame(rows=5, y=np.nan)):
        found = prepared(tmp_path, frame(), test=saved(tmp_path, test, "test.csv"))
        assert found.X_test is not None and len(found.X_test) == 5 and found.y_test is None


def test_test_rows_seen_in_training_are_noted(tmp_path: Path) -> None:
    found = prepared(tmp_path, frame(), test=saved(tmp_path, frame().iloc[:7], "test.csv"))
    assert any(note.startswith("test table: 7 rows also in") for note in found.notes)


def test_test_tables_that_cannot_be_used(tmp_path: Path) -> None:
    assert "lacks a column" in refusal(tmp_path, frame(), test=saved(tmp_path, frame()[["a", "y"]], "test.csv"))
    assert "no such file" in refusal(tmp_path, frame(), test=str(tmp_path / "none.csv"))
    assert "no row's y" in refusal(tmp_path, frame(), test=saved(tmp_path, frame(y=9), "test.csv"))


def test_notes_and_errors_stay_on_one_line(tmp_path: Path) -> None:
    long = "x" * 10_000
    data = frame(**{f"c{i}": [np.inf, *RNG.normal(size=N - 1)] for i in range(40)}, **{long: 1, "two\nlines": 1})
    found = prepared(tmp_path, data.assign(y=["rare\nlabel", *(["p", "q"] * N)[: N - 1]]))
    assert len(found.notes) < 12 and all(len(note) < 200 and note.isprintable() for note in found.notes)
    assert len(refusal(tmp_path, data.assign(y=long))) < 300
    assert len(refusal(tmp_path, data, "z" * 10_000)) < 400


# --- the hash


def test_the_hash_tells_content_and_nothing_else(tmp_path: Path) -> None:
    data = frame(c=["u", "v"] * (N // 2), d=pd.date_range("2024-01-01", periods=N).astype(str), g=np.arange(N) // 2)
    base = prepared(tmp_path, data).task
    data.to_parquet(tmp_path / "t.parquet")
    assert prepare(TaskSpec(str(tmp_path / "t.parquet"), "y")).task.hash == base.hash
    seen = {base.data_hash}
    for changed, options in (
        (data.assign(a=data["a"].where(data.index != 5, 0.0)), {}),
        (data.assign(c=data["c"].where(data.index != 5, "u")), {}),
        (data.assign(y=1 - data["y"]), {}),
        (data.rename(columns={"a": "z"}), {}),
        (data.iloc[::-1], {}),
        (data, {"group": "g"}),
        (data, {"time": "d"}),
        (data, {"drop": ("b",)}),
    ):
        found = prepared(tmp_path, changed, **options).task.data_hash
        assert found not in seen
        seen.add(found)


def test_the_hash_is_the_same_in_every_process(tmp_path: Path) -> None:
    path = saved(tmp_path, frame(c=["u", None] * (N // 2)))
    code = (
        "import sys; from mlpilot.agent.data.prepare import prepare; from mlpilot.agent.task import TaskSpec; "
        "print(prepare(TaskSpec(sys.argv[1], 'y')).task.hash)"
    )
    environment = {"PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == prepare(TaskSpec(path, "y")).task.hash


def test_the_seed_and_the_metric_belong_to_the_task(tmp_path: Path) -> None:
    spec = TaskSpec(saved(tmp_path, frame()), "y")
    first = prepare(spec).task
    assert prepare(replace(spec, seed=1)).task.data_hash == first.data_hash
    assert prepare(replace(spec, seed=1)).task.hash != first.hash
    assert prepare(replace(spec, metric="roc_auc")).task.metric == "roc_auc"
    assert len(first.data_hash) == hashlib.sha256().digest_size * 2
