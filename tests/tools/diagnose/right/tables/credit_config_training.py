"""Config-driven training: a JSON text describes columns and the grid, the split is by date."""
import json
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

CONFIG = json.loads("""
{
  "data": "data/loans.csv", "date": "issue_d", "target": "default", "test_from": "2018-03-01",
  "numeric": ["loan_amnt", "int_rate", "annual_inc", "dti", "fico"],
  "categorical": ["term", "grade", "emp_length"],
  "models": {
    "logistic": {"grid": {"model__C": [0.03, 0.3, 3]}},
    "extra_trees": {"grid": {"model__min_samples_leaf": [5, 20]}}
  }
}
""")
REGISTRY = {"logistic": lambda: LogisticRegression(max_iter=1000), "extra_trees": lambda: ExtraTreesClassifier(100, random_state=0)}

def pipeline(cfg, key):
    numeric = Pipeline([("impute", SimpleImputer(strategy="median")),
                        ("scale", QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=0))])
    prep = ColumnTransformer([("num", numeric, cfg["numeric"]), ("cat", OneHotEncoder(handle_unknown="ignore"), cfg["categorical"])])
    return Pipeline([("prep", prep), ("model", REGISTRY[key]())])

def run(cfg):
    df = pd.read_csv(cfg["data"], parse_dates=[cfg["date"]]).sort_values(cfg["date"], ignore_index=True)
    X, y = df[cfg["numeric"] + cfg["categorical"]], df[cfg["target"]]
    late = df[cfg["date"]] >= pd.Timestamp(cfg["test_from"])
    print("train", (~late).sum(), "test", late.sum())
    fitted = {}
    for key, spec in cfg["models"].items():
        gs = GridSearchCV(pipeline(cfg, key), spec["grid"], cv=TimeSeriesSplit(4), scoring="roc_auc")
        fitted[key] = gs.fit(X[~late], y[~late])
        print(key, gs.best_params_, round(gs.best_score_, 4))
    best = max(fitted, key=lambda k: fitted[k].best_score_)
    auc = roc_auc_score(y[late], fitted[best].predict_proba(X[late])[:, 1])
    return best, auc

best, auc = run(CONFIG)
print("chosen", best, "test AUC", round(auc, 4))
