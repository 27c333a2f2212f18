"""Monthly churn report: clean the export, compare a few models, write down the best one.

Usage: python churn_report.py [--export churn.csv] [--seed 0]
"""

import argparse
import json
import logging
from dataclasses import dataclass, field

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

log = logging.getLogger("churn")
NUMERIC = ["tenure", "monthly", "support_calls", "age", "total_charges"]
CATEGORIC = ["contract", "payment"]


@dataclass
class Report:
    rows: int
    scores: dict = field(default_factory=dict)
    best: str = ""
    test_auc: float = 0.0
    test_ap: float = 0.0

    def to_json(self):
        return json.dumps(self.__dict__, indent=2)


def read(path):
    frame = pd.read_csv(path)
    frame = frame.drop_duplicates(subset="customer_id").drop(columns="customer_id")
    log.info("%d customers", len(frame))
    return frame


def clean(frame):
    """Fill the gaps in the numbers."""
    frame = frame.copy()
    imputer = SimpleImputer(strategy="median")
    frame[NUMERIC] = imputer.fit_transform(frame[NUMERIC])
    return frame


def models(seed):
    columns = [
        ("numbers", StandardScaler(), NUMERIC),
        ("texts", OneHotEncoder(handle_unknown="ignore"), CATEGORIC),
    ]
    return {
        "logistic": Pipeline([("columns", ColumnTransformer(columns)), ("model", LogisticRegression(max_iter=1000))]),
        "forest": Pipeline(
            [("columns", ColumnTransformer(columns)), ("model", RandomForestClassifier(50, random_state=seed))]
        ),
        "boosting": Pipeline(
            [
                ("columns", ColumnTransformer(columns, sparse_threshold=0)),
                ("model", HistGradientBoostingClassifier(max_iter=40, random_state=seed)),
            ]
        ),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--export", default="churn.csv")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO)

    frame = clean(read(args.export))
    train, test = train_test_split(frame, test_size=0.2, random_state=args.seed, stratify=frame["churn"])
    report = Report(rows=len(frame))
    folds = StratifiedKFold(4, shuffle=True, random_state=args.seed)
    for name, model in models(args.seed).items():
        scores = cross_val_score(model, train, train["churn"], cv=folds, scoring="roc_auc")
        report.scores[name] = round(scores.mean(), 4)
    report.best = max(report.scores, key=report.scores.get)
    best = models(args.seed)[report.best].fit(train, train["churn"])
    chance = best.predict_proba(test)[:, 1]
    report.test_auc = round(roc_auc_score(test["churn"], chance), 4)
    report.test_ap = round(average_precision_score(test["churn"], chance), 4)
    print(report.to_json())


if __name__ == "__main__":
    main()
