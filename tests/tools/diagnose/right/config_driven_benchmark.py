import json
import logging
from importlib import import_module
from time import perf_counter

import numpy as np
from sklearn.datasets import load_diabetes, make_friedman1
from sklearn.model_selection import RepeatedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

CONFIG = json.loads("""
{
  "seed": 77,
  "cv": {"n_splits": 4, "n_repeats": 2},
  "models": [
    {"path": "sklearn.linear_model.Lasso", "params": {"alpha": 0.05}, "scale": true},
    {"path": "sklearn.svm.SVR", "params": {"C": 10.0}, "scale": true},
    {"path": "sklearn.tree.DecisionTreeRegressor", "params": {"max_depth": 5}, "seeded": true},
    {"path": "sklearn.dummy.DummyRegressor", "params": {}}
  ]
}
""")

logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, datefmt="%H:%M:%S")


def instantiate(spec, seed):
    module, cls = spec["path"].rsplit(".", 1)
    params = dict(spec["params"])
    if spec.get("seeded"):
        params["random_state"] = seed
    est = getattr(import_module(module), cls)(**params)
    return make_pipeline(StandardScaler(), est) if spec.get("scale") else est


def datasets(seed):
    yield "diabetes", *load_diabetes(return_X_y=True)
    yield "friedman1", *make_friedman1(n_samples=400, noise=1.0, random_state=seed)


def main(cfg):
    table = {}
    for ds, X, y in datasets(cfg["seed"]):
        cv = RepeatedKFold(random_state=cfg["seed"], **cfg["cv"])
        for spec in cfg["models"]:
            t0 = perf_counter()
            r = cross_validate(instantiate(spec, cfg["seed"]), X, y, cv=cv, scoring=("r2", "neg_root_mean_squared_error"))
            name = spec["path"].rsplit(".", 1)[1]
            table[ds, name] = r["test_r2"].mean(), -r["test_neg_root_mean_squared_error"].mean()
            logging.info("%s / %s in %.2f s", ds, name, perf_counter() - t0)
    for (ds, name), (r2, rmse) in sorted(table.items(), key=lambda kv: (kv[0][0], -kv[1][0])):
        print(f"{ds:10s} {name:22s} R2 {r2:6.3f}  RMSE {rmse:8.3f}")
    assert all(np.isfinite(v).all() for v in table.values())


if __name__ == "__main__":
    main(CONFIG)
