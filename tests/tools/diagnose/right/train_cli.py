#!/usr/bin/env python
"""Train and store the credit default model.

    python clean_051_train_cli.py --data loans.csv --model-dir credit_model
"""
from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

log = logging.getLogger("credit.train")

NUMERIC = ["amount", "annual_income", "employment_years", "amount_to_income"]
CATEGORICAL = ["grade", "home"]
TARGET = "defaulted"


def read(path: Path) -> pd.DataFrame:
    df = pd.read_csv(path, parse_dates=["issue_date"])
    missing = {"amount", "annual_income", TARGET} - set(df.columns)
    if missing:
        raise ValueError(f"{path}: columns missing: {sorted(missing)}")
    df["amount_to_income"] = df["amount"] / df["annual_income"]
    return df.sort_values("issue_date", kind="stable")


def build(C: float) -> Pipeline:
    numeric = Pipeline([("impute", SimpleImputer(strategy="median", add_indicator=True)), ("scale", StandardScaler())])
    return Pipeline([
        ("prep", ColumnTransformer([("num", numeric, NUMERIC), ("cat", OneHotEncoder(handle_unknown="ignore"), CATEGORICAL)])),
        ("clf", LogisticRegression(C=C, max_iter=1000)),
    ])


def parse(argv: list[str] | None) -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, default=Path("loans.csv"))
    p.add_argument("--model-dir", type=Path, default=None)
    p.add_argument("--cutoff", type=pd.Timestamp, default=pd.Timestamp("2022-03-01"), help="loans issued from this day on are held out")
    p.add_argument("-C", type=float, default=0.5)
    return p.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    args = parse(argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    df = read(args.data)
    train, hold = df[df["issue_date"] < args.cutoff], df[df["issue_date"] >= args.cutoff]
    if hold[TARGET].nunique() < 2:
        log.error("hold-out has one class only")
        return 2
    cols = NUMERIC + CATEGORICAL
    model = build(args.C).fit(train[cols], train[TARGET])
    p = model.predict_proba(hold[cols])[:, 1]
    metrics = {"n_train": len(train), "n_hold": len(hold), "auc": roc_auc_score(hold[TARGET], p), "brier": brier_score_loss(hold[TARGET], p)}
    log.info("hold-out %s", json.dumps(metrics))

    out = args.model_dir or Path(tempfile.mkdtemp(prefix="credit_"))
    out.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, out / "model.joblib")
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2))
    log.info("written to %s", out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
