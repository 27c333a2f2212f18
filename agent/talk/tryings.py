"""Solutions that a person may ask to have tried, without a model to write them."""

from mlpilot.agent.record import RunRecord
from mlpilot.sandbox.errors import UserError

_TARGET_ENCODING = '''\
"""Every category as the mean of the target over its rows, learnt inside the training rows only; then a linear model."""

SPACE = {{"C": Float(1e-3, 1e3, log=True, default=1.0), "alpha": Float(1e-3, 1e3, log=True, default=1.0)}}


def fit(X, y, *, params, seed, report):
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler, TargetEncoder

    encoder = make_pipeline(TargetEncoder(target_type="{kind}", random_state=seed), StandardScaler())
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer([("words", encoder, {categories!r}), ("numbers", numbers, {numbers!r})])
    return make_pipeline(columns, {model}).fit(_plain(X), y)


def predict(model, X):
    return model.{method}(_plain(X))


def _plain(X):
    X = X.copy()
    for name in {categories!r}:
        X[name] = X[name].astype(object).where(X[name].notna(), "missing").astype(str)
    for name in {numbers!r}:
        X[name] = X[name].astype(float)
    return X
'''


def target_encoding(record: RunRecord) -> str:
    """The source of a Solution for the run's table. Raises `UserError` where it has no column to encode."""
    used = [one for one in record.columns if one.used and one.name != record.task.target]
    categories = [one.name for one in used if one.kind == "category"]
    numbers = [one.name for one in used if one.kind in ("number", "boolean")]
    if not categories:
        raise UserError("no column of this table holds categories: there is nothing to encode")
    classes = len(record.task.classes)
    kind = "continuous" if not classes else "binary" if classes == 2 else "multiclass"
    model = 'LogisticRegression(C=params["C"], max_iter=1000)' if classes else 'Ridge(alpha=params["alpha"])'
    method = "predict_proba" if classes else "predict"
    return _TARGET_ENCODING.format(kind=kind, categories=categories, numbers=numbers, model=model, method=method)
