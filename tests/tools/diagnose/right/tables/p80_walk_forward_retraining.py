"""Monthly retraining of a credit model, scored on the month that follows the label delay."""
import logging
from collections import deque

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

logging.basicConfig(level=logging.INFO, format="%(message)s")
log = logging.getLogger(__name__)

LABEL_DELAY = 3   # months until default is known
WINDOW = 12       # months of rows to train on


def month_of_loans(month: int, rng: np.random.Generator) -> pd.DataFrame:
    n = 250
    drift = month / 30
    df = pd.DataFrame({"ltv": rng.beta(5, 2, n), "income": rng.lognormal(10 + 0.1 * drift, 0.4, n), "delinq": rng.poisson(0.4, n)})
    eta = -2.6 + 2.0 * df["ltv"] - (0.8 - 0.6 * drift) * (np.log(df["income"]) - 10) + (0.5 + 0.4 * drift) * df["delinq"]
    df["default"] = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
    return df.assign(month=month)


def features(df: pd.DataFrame) -> pd.DataFrame:
    return df[["ltv", "delinq"]].assign(log_income=np.log(df["income"]))


rng = np.random.default_rng(45)
book = {m: month_of_loans(m, rng) for m in range(36)}

static, rows = None, []
window: deque[pd.DataFrame] = deque(maxlen=WINDOW)
for now in range(36):
    ready = now - LABEL_DELAY - 1
    if ready >= 0:
        window.append(book[ready])
    if len(window) < WINDOW:
        continue
    train = pd.concat(window)
    assert train["month"].max() + LABEL_DELAY < now
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features(train), train["default"])
    static = static or model
    today = book[now]
    for name, m in (("static", static), ("retrained", model)):
        p = m.predict_proba(features(today))[:, 1]
        rows.append((now, name, roc_auc_score(today["default"], p), brier_score_loss(today["default"], p), p.mean() - today["default"].mean()))

res = pd.DataFrame(rows, columns=["month", "model", "auc", "brier", "bias"])
log.info("months scored: %d", res["month"].nunique())
log.info("%s", res.groupby("model")[["auc", "brier", "bias"]].mean().round(4))
log.info("%s", res[res["month"] >= 30].groupby("model")[["auc", "brier", "bias"]].mean().round(4))
