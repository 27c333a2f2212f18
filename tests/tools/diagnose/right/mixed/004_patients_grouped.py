"""Readmission risk. Several visits per patient, so folds are made by patient."""
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold


def load(path="patients.csv"):
    df = pd.read_csv(path)
    df["sex"] = (df["sex"] == "M").astype(int)
    return df


def main():
    df = load()
    features = ["visit", "age", "sex", "bmi", "hba1c", "sbp"]
    X, y, groups = df[features], df["readmitted"], df["patient_id"]
    cv = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=3)
    auc, ap = [], []
    for fold, (tr, te) in enumerate(cv.split(X, y, groups)):
        assert not set(groups.iloc[tr]) & set(groups.iloc[te])
        model = HistGradientBoostingClassifier(
            learning_rate=0.05, max_iter=80, max_leaf_nodes=6, random_state=0
        )
        model.fit(X.iloc[tr], y.iloc[tr])
        p = model.predict_proba(X.iloc[te])[:, 1]
        auc.append(roc_auc_score(y.iloc[te], p))
        ap.append(average_precision_score(y.iloc[te], p))
        print(f"fold {fold}: AUC {auc[-1]:.3f}  AP {ap[-1]:.3f}  prevalence {y.iloc[te].mean():.3f}")
    print(f"AUC {np.mean(auc):.3f} ± {np.std(auc):.3f} | AP {np.mean(ap):.3f}")


if __name__ == "__main__":
    main()
