"""train.py -- fits the churn model and writes a bundle for the scoring job."""
import argparse
import hashlib
import json
import logging
from datetime import datetime, timezone
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

log = logging.getLogger("train")


def load(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({
        "tenure": rng.exponential(20, n).round(),
        "monthly": rng.normal(60, 20, n).clip(10),
        "contract": rng.choice(["month", "year", "two_year"], n, p=[0.6, 0.25, 0.15]),
        "payment": rng.choice(["card", "bank", "cheque"], n),
    })
    eta = -1 - 0.04 * df.tenure + 0.015 * (df.monthly - 60) + df.contract.map({"month": 0.9, "year": -0.3, "two_year": -1.2})
    df["churn"] = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
    df.loc[rng.random(n) < 0.04, "monthly"] = np.nan
    return df


def build(seed: int):
    return make_pipeline(
        make_column_transformer(
            (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), make_column_selector(dtype_exclude="number")),
            remainder="passthrough", verbose_feature_names_out=False,
        ),
        HistGradientBoostingClassifier(categorical_features=[0, 1], max_iter=150, learning_rate=0.06, early_stopping=True, random_state=seed),
    )


def main() -> int:
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", type=Path, default=Path("bundle"))
    ap.add_argument("--rows", type=int, default=4000)
    ap.add_argument("--seed", type=int, default=1)
    args = ap.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")

    df = load(args.seed, args.rows)
    X, y = df.drop(columns="churn"), df["churn"]
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, stratify=y, random_state=args.seed)
    model = build(args.seed).fit(X_tr, y_tr)
    p = model.predict_proba(X_te)[:, 1]
    metrics = {"auc": roc_auc_score(y_te, p), "ap": average_precision_score(y_te, p), "prevalence": float(y_te.mean())}
    log.info("metrics %s", {k: round(v, 3) for k, v in metrics.items()})

    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "model.joblib"
    joblib.dump(model, path, compress=3)
    meta = {
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "sklearn": sklearn.__version__,
        "columns": list(X.columns),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "metrics": metrics,
    }
    (args.out / "meta.json").write_text(json.dumps(meta, indent=1))
    log.info("wrote %s", path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
