"""Stratify a skewed regression target by quantile bins (bins only steer the split)."""
import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector as selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import GammaRegressor
from sklearn.metrics import mean_absolute_error, median_absolute_error
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rent = pd.read_csv("mieten.csv")
y = rent["miete"]
X = rent.drop(columns=["miete"]).assign(log_flaeche=lambda d: np.log(d["wohnflaeche"]))
bins = pd.qcut(y, 8, labels=False)

prep = lambda: make_column_transformer(
    (make_pipeline(SimpleImputer(), StandardScaler()), selector(dtype_include="number")),
    (OneHotEncoder(handle_unknown="ignore"), selector(dtype_exclude="number")),
)
models = {
    "gamma": make_pipeline(prep(), GammaRegressor(alpha=1e-3, max_iter=1000)),
    "hgb": make_pipeline(prep(), HistGradientBoostingRegressor(loss="gamma", max_iter=120, learning_rate=0.08, random_state=0)),
}
models["vote"] = VotingRegressor([("gamma", models["gamma"]), ("hgb", models["hgb"])])

out = {m: [] for m in models}
for tr, te in StratifiedKFold(5, shuffle=True, random_state=2).split(X, bins):
    for name, m in models.items():
        p = m.fit(X.iloc[tr], y.iloc[tr]).predict(X.iloc[te])
        out[name].append((mean_absolute_error(y.iloc[te], p), median_absolute_error(y.iloc[te], p)))
print(pd.DataFrame({k: np.mean(v, axis=0) for k, v in out.items()}, index=["MAE", "MedAE"]).T.round(2))
