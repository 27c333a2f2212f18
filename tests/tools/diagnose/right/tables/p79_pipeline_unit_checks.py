"""Self-checks for the feature code; run as a script, fails with AssertionError."""
import pickle

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler


def make_data(n=400, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": rng.exponential(size=n), "c": rng.choice(list("xyz"), n)})
    y = (X["a"] + (X["c"] == "x") + rng.normal(0, 0.5, n) > 0.4).astype(int)
    return X, y


def make_model():
    return make_pipeline(
        make_column_transformer(
            (StandardScaler(), ["a"]),
            (QuantileTransformer(n_quantiles=50, output_distribution="normal", random_state=0), ["b"]),
            (OneHotEncoder(handle_unknown="ignore"), ["c"]),
        ),
        LogisticRegression(),
    )


def test_row_order_is_kept():
    X, y = make_data()
    m = make_model().fit(X, y)
    perm = np.random.default_rng(1).permutation(len(X))
    assert np.allclose(m.predict_proba(X)[perm], m.predict_proba(X.iloc[perm]))


def test_one_row_like_many():
    X, y = make_data()
    m = make_model().fit(X, y)
    single = np.vstack([m.predict_proba(X.iloc[[i]]) for i in range(5)])
    assert np.allclose(single, m.predict_proba(X.iloc[:5]))


def test_unknown_level_does_not_raise():
    X, y = make_data()
    m = make_model().fit(X, y)
    p = m.predict_proba(pd.DataFrame({"a": [0.0], "b": [1.0], "c": ["new"]}))
    assert p.shape == (1, 2) and np.isfinite(p).all()


def test_pickle_round_trip():
    X, y = make_data()
    m = make_model().fit(X, y)
    assert np.array_equal(m.predict(X), pickle.loads(pickle.dumps(m)).predict(X))


def test_refit_is_deterministic():
    X, y = make_data()
    a, b = make_model().fit(X, y), clone(make_model()).fit(X, y)
    assert np.array_equal(a.predict_proba(X), b.predict_proba(X))


def test_can_overfit_nothing_on_noise():
    X, _ = make_data(600)
    y = np.random.default_rng(5).integers(0, 2, 600)
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.5, random_state=0)
    assert abs(make_model().fit(X_tr, y_tr).score(X_te, y_te) - 0.5) < 0.1


def test_learns_signal():
    X, y = make_data(600)
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.5, random_state=0)
    majority = max(y_te.mean(), 1 - y_te.mean())
    assert make_model().fit(X_tr, y_tr).score(X_te, y_te) > majority + 0.1


if __name__ == "__main__":
    tests = [(k, v) for k, v in list(globals().items()) if k.startswith("test_")]
    for name, fn in tests:
        fn()
        print("ok  ", name)
    print(len(tests), "checks passed")
