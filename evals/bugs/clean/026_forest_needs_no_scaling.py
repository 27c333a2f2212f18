"""Trees split on order alone, so columns of any scale will do."""
import argparse

from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def main():
    parser = argparse.ArgumentParser(description="a forest on raw columns")
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    X, y = load_wine(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=args.seed, stratify=y)
    forest = RandomForestClassifier(args.trees, random_state=args.seed).fit(X_train, y_train)
    print(f"accuracy {forest.score(X_test, y_test):.3f}")


if __name__ == "__main__":
    main()
