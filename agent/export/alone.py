"""What an exported `solution.py` needs besides the Solution, so that it runs without mlpilot.

This module is read as text and cut at its `# %%` lines (see `standalone`); its settings are replaced by those of a Run,
and the Solution's own source is put after the search space. Only numpy, pandas and scikit-learn are needed, and nothing
of mlpilot may be imported here.
"""

# %% Imports
import argparse
import gzip
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# %% Settings
TARGET = ""
CLASSES: list[Any] = []
COLUMNS: dict[str, tuple[str, str]] = {}
PARAMS: dict[str, Any] = {}
SEED = 0


# %% Search space: what SPACE is written with
@dataclass(frozen=True)
class Float:
    """A real parameter in [low, high]."""

    low: float
    high: float
    log: bool = False
    default: float | None = None


@dataclass(frozen=True)
class Int:
    """A whole parameter in [low, high]."""

    low: int
    high: int
    log: bool = False
    default: int | None = None


@dataclass(frozen=True)
class Choice:
    """One of several plain values."""

    options: list[Any]
    default: Any = None


# %% Reading tables: columns come out in the same types as in the search
MISSING = {"", "?", "-", "--", ".", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "missing", "n.a.", "nat"}
MISSING_LABEL = MISSING - {"-", "none", "nil", "--", "."}
TRUE, FALSE = {"true", "yes", "t", "y", "on", "1"}, {"false", "no", "f", "n", "off", "0"}


def load(path: str | Path) -> pd.DataFrame:
    """Read a table: .csv, .tsv, .parquet, .jsonl or .xlsx; text also as .gz. Nothing is converted yet."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [".csv"])[-1]
    if kind in (".parquet", ".pq"):
        table = pd.read_parquet(path)
    elif kind in (".jsonl", ".ndjson"):
        table = pd.read_json(path, lines=True, dtype=False, convert_dates=False)
    elif kind in (".xlsx", ".xls", ".ods", ".xlsm", ".xlsb"):
        table = pd.read_excel(path, keep_default_na=False)
    else:
        head, encoding = first_line(path)
        delimiter = "\t" if kind == ".tsv" else max(",;\t|", key=head.count)
        table = pd.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False, encoding=encoding)
    names = [" ".join(str(name).split()) for name in table.columns]
    table.columns = [f"column_{n}" if name.startswith("Unnamed: ") else name for n, name in enumerate(names, 1)]
    return table


def first_line(path: str | Path) -> tuple[str, str]:
    """The header of a text file, and its encoding: UTF-8, else Western European."""
    with gzip.open(path) if str(path).lower().endswith(".gz") else Path(path).open("rb") as file:
        line = file.readline()
        try:
            for piece in iter(lambda: file.readlines(2**24), []):
                b"".join(piece).decode("utf-8")
        except UnicodeDecodeError:
            return line.decode("cp1252", "replace"), "cp1252"
    return line.decode("utf-8-sig", "replace"), "utf-8-sig"


def words(column: "pd.Series[Any]", missing: set[str] = MISSING) -> "pd.Series[Any]":
    """Strings without blanks around them, NaN where missing; 3.0 and "3" are the same word."""
    if not pd.api.types.is_object_dtype(column) and not pd.api.types.is_string_dtype(column):
        whole = pd.api.types.is_float_dtype(column) and bool((column.dropna() % 1 == 0).all())
        column = column.astype("Int64").astype(object) if whole else column.astype(object)
    text = column.where(column.notna(), "").map(lambda value: str(value).strip())
    return text.astype(object).where(~text.str.casefold().isin(missing), np.nan)


def numbers(column: "pd.Series[Any]", form: str = "") -> "pd.Series[Any]":
    """Floats; NaN where missing, infinite or not a number. `form` says which sign is the decimal one."""
    if pd.api.types.is_numeric_dtype(column):
        values = column.astype("Float64").astype("float64")
    else:
        text = words(column).astype("str").str.replace(r"^([+-]?)[$€£¥]\s*|\s*[%$€£¥]$", r"\1", regex=True)
        text = text.str.replace(r"(?<=\d)[ \u00a0\u202f'](?=\d{3})", "", regex=True)
        if form == "1.234,5":
            text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        else:
            text = text.str.replace(r"(?<=\d),(?=\d{3})", "", regex=True)
        values = pd.to_numeric(text, errors="coerce").astype("float64")
    return values.where(np.isfinite(values))


def convert(column: "pd.Series[Any]", kind: str, form: str) -> "pd.Series[Any]":
    """A column in the type that its kind has: float64 or int64, bool, datetime64[ns], or strings."""
    if kind == "number":
        values = numbers(column, form)
        whole = form == "whole" and bool((values % 1 == 0).all())
        return values.astype("int64") if whole else values
    if kind == "boolean":
        flags = words(column).map(lambda word: str(word).casefold())
        values = flags.map(lambda word: 1.0 if word in TRUE else 0.0 if word in FALSE else np.nan).astype("float64")
        return values if form == "gaps" or bool(values.isna().any()) else values.astype(bool)
    if kind == "date":
        moments = column if pd.api.types.is_datetime64_any_dtype(column) else words(column)
        parsed = pd.to_datetime(moments, format=form or "ISO8601", errors="coerce", utc=True)
        return parsed.dt.tz_localize(None).astype("datetime64[ns]")
    text = words(column)
    if kind == "category" and text.dropna().str.fullmatch(r"[+-]?\d+(\.0*)?").all():
        return text.str.replace(r"\.0*$", "", regex=True).astype(object)
    return text


def features(table: pd.DataFrame) -> pd.DataFrame:
    """The columns that the model uses."""
    lacking = [name for name in COLUMNS if name not in table]
    if lacking:
        sys.exit(f"these columns are not in the table: {', '.join(lacking)}")
    return pd.DataFrame({name: convert(table[name], *how) for name, how in COLUMNS.items()}, index=table.index)


def labels(table: pd.DataFrame) -> "pd.Series[Any]":
    """The target of the rows that have one; labels that were not in the search are left out."""
    if TARGET not in table:
        sys.exit(f"the target {TARGET} is not in the table")
    if not CLASSES:
        return numbers(table[TARGET]).dropna()
    known = {str(label).casefold() if isinstance(label, bool) else str(label): label for label in CLASSES}
    if all(isinstance(label, int | float) and not isinstance(label, bool) for label in CLASSES):
        found = numbers(table[TARGET])
        return found[found.isin(CLASSES)].astype(type(CLASSES[0])).rename(TARGET)
    text = words(table[TARGET], MISSING_LABEL)
    text = text.str.casefold() if isinstance(CLASSES[0], bool) else text
    return text[text.isin(known)].map(known).infer_objects().rename(TARGET)


# %% Command line
def progress(**values: Any) -> None:
    """What a Solution may call while it fits."""
    print(", ".join(f"{key} {value}" for key, value in values.items()), file=sys.stderr)


def train(path: str, fit: Any) -> tuple[Any, "pd.Series[Any]"]:
    """Fit on all rows of the table that have a target: (model, target)."""
    table = load(path)
    y = labels(table)
    X = features(table.loc[y.index]).reset_index(drop=True)
    y = y.reset_index(drop=True)
    left_out = f", {len(table) - len(y):,} without a known target left out" if len(table) > len(y) else ""
    print(f"fitting on {len(X):,} rows × {X.shape[1]} columns of {path}{left_out}")
    return fit(X, y, params=dict(PARAMS), seed=SEED, report=progress), y


def answers(predicted: Any, y: "pd.Series[Any]") -> pd.DataFrame:
    """A column `prediction`, and `probability_<class>` for each class where the model gives probabilities."""
    predicted = np.asarray(predicted)
    if predicted.ndim == 1:
        return pd.DataFrame({"prediction": predicted})
    classes = np.unique(y)
    columns = {f"probability_{label}": predicted[:, code] for code, label in enumerate(classes)}
    return pd.DataFrame({"prediction": classes[predicted.argmax(axis=1)], **columns})


def save(model: Any, path: str) -> None:
    """Keep the fitted model as skops does, which can be loaded without running code."""
    try:
        import skops.io
    except ImportError:
        print("the model is not saved: skops is not installed (pip install skops)")
        return
    try:
        skops.io.dump(model, path)
    except (TypeError, ValueError, AttributeError) as error:
        print(f"the model is not saved: skops cannot hold it ({error}); `predict` fits it again")
        return
    print(f"saved to {path}")


def main(fit: Any, predict: Any) -> None:
    """`train TRAIN` or `predict TRAIN NEW -o OUT`."""
    parser = argparse.ArgumentParser(description=f"Predict {TARGET}.".replace("%", "%%"))
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("train", help="fit on TRAIN and save the model")
    two = commands.add_parser("predict", help="fit on TRAIN and predict the rows of NEW")
    for command in (one, two):
        command.add_argument("train", metavar="TRAIN", help="a table with the target")
    one.add_argument("-o", "--output", metavar="MODEL", default="model.skops")
    two.add_argument("new", metavar="NEW", help="a table without it")
    two.add_argument("-o", "--output", metavar="OUT", default="predictions.csv")
    args = parser.parse_args()
    model, y = train(args.train, fit)
    if args.command == "train":
        save(model, args.output)
        return
    X = features(load(args.new))
    answers(predict(model, X), y).to_csv(args.output, index=False)
    print(f"{len(X):,} predictions written to {args.output}")
