"""How much of the fraud do we catch?"""

import argparse

import pandas as pd
from sklearn.metrics import recall_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", default="fraud.csv")
    args = parser.parse_args(argv)

    table = pd.read_csv(args.table)
    y = table.pop("is_fraud")
    X_train, X_test, y_train, y_test = train_test_split(table, y, test_size=0.3, stratify=y, random_state=0)
    scaler = StandardScaler().fit(X_train)

    svm = SVC(kernel="linear")
    svm.fit(scaler.transform(X_train), y_train)
    caught = recall_score(y_test, svm.predict(scaler.transform(X_test)))
    print(f"share of fraud that is caught: {caught:.2f}")


if __name__ == "__main__":
    main()
