import argparse

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GroupShuffleSplit, train_test_split


def parse():
    parser = argparse.ArgumentParser(description="train the diagnosis model")
    parser.add_argument("--data", default="patients.csv")
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    args = parse()
    df = pd.read_csv(args.data)
    X = df.drop(columns=["diagnosis", "patient_id"])
    y = df["diagnosis"]
    splitter = GroupShuffleSplit(1, test_size=0.25, random_state=args.seed)
    train, test = next(splitter.split(X, y, df["patient_id"]))
    X_train, X_test, y_train, y_test = X.iloc[train], X.iloc[test], y.iloc[train], y.iloc[test]
    forest = RandomForestClassifier(args.trees, random_state=args.seed)
    forest.fit(X_train, y_train)
    print("test accuracy", round(forest.score(X_test, y_test), 3))


if __name__ == "__main__":
    main()
