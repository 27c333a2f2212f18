# Nested cross-validation: inner loop picks C/gamma, outer loop estimates the whole procedure.
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def build_search(seed):
    pipe = Pipeline([("scale", StandardScaler()), ("svc", SVC(kernel="rbf"))])
    grid = {"svc__C": [0.3, 1, 3, 10], "svc__gamma": ["scale", 0.01, 0.003]}
    inner = StratifiedKFold(n_splits=4, shuffle=True, random_state=seed)
    return GridSearchCV(pipe, grid, cv=inner, scoring="roc_auc")


if __name__ == "__main__":
    X, y = load_breast_cancer(return_X_y=True)
    outer = StratifiedKFold(n_splits=5, shuffle=True, random_state=101)
    res = cross_validate(build_search(7), X, y, cv=outer, scoring=["roc_auc", "balanced_accuracy"], return_estimator=True)
    for est in res["estimator"]:
        print(est.best_params_, round(est.best_score_, 4))
    print("outer AUC  %.4f +/- %.4f" % (res["test_roc_auc"].mean(), res["test_roc_auc"].std()))
    print("outer bacc %.4f" % res["test_balanced_accuracy"].mean())

    # the model to ship: the same procedure run on every row; its estimate is the outer one above
    shipped = build_search(7).fit(X, y)
    print("shipped:", shipped.best_params_)
