import argparse

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline


def parse():
    ap = argparse.ArgumentParser(description="sentiment of hotel reviews")
    ap.add_argument("--csv", default="reviews.csv")
    ap.add_argument("--test-size", type=float, default=0.2)
    ap.add_argument("--seed", type=int, default=0)
    return ap.parse_args()


def main():
    args = parse()
    reviews = pd.read_csv(args.csv).dropna().drop_duplicates("review")
    text_tr, text_te, y_tr, y_te = train_test_split(
        reviews["review"], reviews["sentiment"],
        test_size=args.test_size, stratify=reviews["sentiment"], random_state=args.seed,
    )
    pipe = make_pipeline(
        TfidfVectorizer(sublinear_tf=True),
        LogisticRegression(max_iter=2000),
    )
    grid = GridSearchCV(
        pipe,
        {
            "tfidfvectorizer__ngram_range": [(1, 1), (1, 2)],
            "tfidfvectorizer__min_df": [1, 3],
            "logisticregression__C": [0.3, 1, 3],
        },
        cv=4, scoring="f1_macro",
    )
    grid.fit(text_tr, y_tr)
    print("cv f1_macro", round(grid.best_score_, 3), grid.best_params_)

    pred = grid.predict(text_te)
    print(classification_report(y_te, pred, digits=3))
    print(pd.DataFrame(confusion_matrix(y_te, pred, labels=grid.classes_),
                       index=grid.classes_, columns=grid.classes_))


if __name__ == "__main__":
    main()
