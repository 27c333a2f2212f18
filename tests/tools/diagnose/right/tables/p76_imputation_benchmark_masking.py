"""Which imputer restores sensor values best? Known cells are hidden and compared."""
import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(28)
n = 300
day = np.linspace(0, 20 * np.pi, n)
latent = np.column_stack([np.sin(day), np.cos(0.5 * day), rng.normal(0, 1, n)])
sensors = pd.DataFrame(latent @ rng.normal(size=(3, 7)) + rng.normal(0, 0.15, (n, 7)), columns=[f"s{i}" for i in range(7)])
sensors = sensors.mask(rng.random(sensors.shape) < 0.08)

imputers = {
    "mean": SimpleImputer(),
    "knn": KNNImputer(n_neighbors=6, weights="distance"),
    "bayes ridge": IterativeImputer(max_iter=20, random_state=0),
    "trees": IterativeImputer(ExtraTreesRegressor(8, min_samples_leaf=3, random_state=0), max_iter=3, tol=0.1, random_state=0),
}

known = sensors.notna().to_numpy()
errors = {k: [] for k in imputers}
for rep in range(2):
    hide = known & (rng.random(sensors.shape) < 0.1)
    visible = sensors.mask(hide)
    scaler = StandardScaler().fit(visible)
    Z = scaler.transform(visible)
    truth = scaler.transform(sensors)[hide]
    for name, imp in imputers.items():
        filled = imp.fit_transform(Z)
        errors[name].append(np.sqrt(np.mean((filled[hide] - truth) ** 2)))
    lin = visible.interpolate(limit_direction="both")
    errors.setdefault("interpolate", []).append(np.sqrt(np.mean((scaler.transform(lin)[hide] - truth) ** 2)))

summary = pd.DataFrame(errors).agg(["mean", "std"]).T.sort_values("mean")
print(summary.round(3))
best = summary.drop("interpolate").index[0]
scaler = StandardScaler().fit(sensors)
complete = scaler.inverse_transform(imputers[best].fit_transform(scaler.transform(sensors)))
print(best, "fills", int((~known).sum()), "cells; observed cells unchanged:", np.allclose(complete[known], sensors.to_numpy()[known]))
