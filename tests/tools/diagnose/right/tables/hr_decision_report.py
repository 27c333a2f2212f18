"""HR attrition report with argparse; several thresholds are reported on validation, one is applied to test."""
import argparse
import sys
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import confusion_matrix, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

def parse(argv=None):
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--csv", default="data/hr_attrition.csv")
    p.add_argument("--min-recall", type=float, default=0.7)
    p.add_argument("--trees", type=int, default=150)
    p.add_argument("--seed", type=int, default=0)
    return p.parse_args(argv)

def split(df, seed):
    rest, test = train_test_split(df, test_size=0.2, stratify=df["Attrition"], random_state=seed)
    train, valid = train_test_split(rest, test_size=0.25, stratify=rest["Attrition"], random_state=seed)
    return train, valid, test

def xy(df):
    return df.drop(columns=["Attrition", "EmployeeNumber"]), df["Attrition"].eq("Yes").astype(int)

def main(argv=None):
    args = parse(argv)
    train, valid, test = split(pd.read_csv(args.csv), args.seed)
    (X, y), (Xv, yv), (Xt, yt) = xy(train), xy(valid), xy(test)
    model = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore", drop="if_binary"), ["Department", "JobRole", "OverTime"]),
            remainder="passthrough"),
        RandomForestClassifier(args.trees, min_samples_leaf=5, class_weight="balanced_subsample", random_state=args.seed))
    model.fit(X, y)
    pv = model.predict_proba(Xv)[:, 1]
    chosen = None
    for t in [i / 100 for i in range(70, 9, -5)]:
        r, p = recall_score(yv, pv >= t), precision_score(yv, pv >= t, zero_division=0)
        print(f"validation t={t:.2f} recall={r:.2f} precision={p:.2f}")
        if r >= args.min_recall:
            chosen = t
            break
    if chosen is None:
        sys.exit("no threshold reaches the recall")
    pt = model.predict_proba(Xt)[:, 1]
    print("threshold", chosen, "test recall", round(recall_score(yt, pt >= chosen), 3),
          "precision", round(precision_score(yt, pt >= chosen), 3), "AUC", round(roc_auc_score(yt, pt), 3))
    print(confusion_matrix(yt, pt >= chosen))

if __name__ == "__main__":
    main()
