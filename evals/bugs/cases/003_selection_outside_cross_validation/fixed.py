"""Cross-validated accuracy of a classifier on the most correlated genes."""

import numpy as np
import pandas as pd
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC


def load(path):
    frame = pd.read_csv(path)
    return frame.drop(columns="label").values, frame["label"].values


def main():
    X, y = load("genes.csv")
    model = make_pipeline(SelectKBest(k=40), StandardScaler(), LinearSVC(C=0.1))
    folds = StratifiedKFold(n_splits=6, shuffle=True, random_state=0)
    scores = cross_val_score(model, X, y, cv=folds)
    print("folds", np.round(scores, 2))
    print(f"mean {scores.mean():.3f}")


if __name__ == "__main__":
    main()
