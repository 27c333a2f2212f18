"""Usual delivery routine: estimate on a hold-out, then refit the same recipe on all rows for production."""
import logging
import pickle
import sys
from io import BytesIO

from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(message)s")
log = logging.getLogger("iris")

RECIPE = make_pipeline(StandardScaler(), QuadraticDiscriminantAnalysis(reg_param=0.05))


def estimate(X, y):
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.4, stratify=y, random_state=123)
    fitted = clone(RECIPE).fit(X_tr, y_tr)
    y_hat = fitted.predict(X_te)
    log.info("hold-out confusion matrix\n%s", confusion_matrix(y_te, y_hat))
    return accuracy_score(y_te, y_hat)


def produce(X, y):
    """All rows on purpose: this object is never scored on them."""
    return clone(RECIPE).fit(X, y)


def main():
    iris = load_iris()
    acc = estimate(iris.data, iris.target)
    final = produce(iris.data, iris.target)
    blob = BytesIO()
    pickle.dump({"model": final, "names": iris.target_names.tolist(), "holdout_accuracy": acc}, blob)
    log.info("hold-out accuracy %.3f, bundle of %d bytes", acc, blob.tell())

    blob.seek(0)
    bundle = pickle.load(blob)
    flower = [[6.0, 2.9, 4.6, 1.4]]
    log.info("a new flower: %s", bundle["names"][bundle["model"].predict(flower)[0]])


if __name__ == "__main__":
    main()
