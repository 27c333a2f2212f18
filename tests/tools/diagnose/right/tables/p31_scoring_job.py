"""score.py -- nightly scoring. Loads the stored pipeline, checks the schema, writes scores.

    python score.py --model models/ranker.joblib --input today.csv --output scores.csv

Without a model on disk (first run on a developer machine) a small demo model is made.
"""
import argparse
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

EXPECTED = {"age": "number", "visits": "number", "plan": "string"}


def demo_model(path: Path) -> None:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    rng = np.random.default_rng(0)
    X = demo_rows(800, rng)
    y = rng.random(800) < 1 / (1 + np.exp(-(X["visits"] - 3) / 2))
    m = make_pipeline(
        make_column_transformer((StandardScaler(), ["age", "visits"]), (OneHotEncoder(handle_unknown="ignore"), ["plan"])),
        LogisticRegression(),
    ).fit(X, y)
    path.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(m, path)


def demo_rows(n, rng):
    return pd.DataFrame({
        "age": rng.integers(18, 80, n), "visits": rng.poisson(3, n), "plan": rng.choice(["free", "plus", "pro"], n),
    })


def check(df: pd.DataFrame) -> pd.DataFrame:
    missing = [c for c in EXPECTED if c not in df]
    if missing:
        sys.exit(f"input lacks columns: {missing}")
    for col, kind in EXPECTED.items():
        if kind == "number":
            df[col] = pd.to_numeric(df[col], errors="coerce")
    bad = df[list(EXPECTED)].isna().any(axis=1)
    if bad.any():
        print(f"{bad.sum()} rows cannot be scored", file=sys.stderr)
    return df[~bad]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", type=Path, default=Path("models/ranker.joblib"))
    ap.add_argument("--input", type=Path)
    ap.add_argument("--output", type=Path, default=Path("scores.csv"))
    ap.add_argument("--chunk", type=int, default=500)
    a = ap.parse_args()

    if not a.model.exists():
        demo_model(a.model)
    model = joblib.load(a.model)

    if a.input is None:
        a.input = Path("today.csv")
        demo = demo_rows(1200, np.random.default_rng(5))
        demo.loc[::300, "age"] = np.nan
        demo.to_csv(a.input, index_label="customer")

    first = True
    for part in pd.read_csv(a.input, chunksize=a.chunk, index_col="customer"):
        part = check(part)
        out = pd.DataFrame({"score": model.predict_proba(part[list(EXPECTED)])[:, 1]}, index=part.index)
        out["band"] = pd.cut(out["score"], np.linspace(0, 1, 11), labels=False, include_lowest=True)
        out.to_csv(a.output, mode="w" if first else "a", header=first, float_format="%.5f")
        first = False
    print(pd.read_csv(a.output)["band"].value_counts().sort_index())


if __name__ == "__main__":
    main()
