"""Claim frequency: Poisson GLM with exposure as weight, deviance on the test policies."""
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import mean_poisson_deviance
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, SplineTransformer, StandardScaler

rng = np.random.default_rng(9)
n = 12000
df = pd.DataFrame({
    "exposure": rng.uniform(0.1, 1, n), "driver_age": rng.integers(18, 85, n), "vehicle_age": rng.integers(0, 20, n),
    "bonus": rng.integers(50, 150, n), "area": rng.choice(list("ABCDE"), n)})
rate = np.exp(-2.2 + 0.9 * (df.driver_age < 25) + 0.4 * (df.driver_age > 75) + 0.01 * (df.bonus - 80) + df.area.map(dict(zip("ABCDE", [0, .1, .2, .35, .5]))))
df["claims"] = rng.poisson(rate * df.exposure)
df["frequency"] = df["claims"] / df["exposure"]
train, rest = train_test_split(df, test_size=0.5, random_state=0)
valid, test = train_test_split(rest, test_size=0.5, random_state=0)

glm = Pipeline([
    ("prep", ColumnTransformer([
        ("age", SplineTransformer(n_knots=7), ["driver_age"]),
        ("num", StandardScaler(), ["vehicle_age", "bonus"]),
        ("area", OneHotEncoder(), ["area"])])),
    ("model", PoissonRegressor(alpha=1e-4, max_iter=500))])
gbm = Pipeline([
    ("prep", ColumnTransformer([("area", OrdinalEncoder(), ["area"])], remainder="passthrough")),
    ("model", HistGradientBoostingRegressor(loss="poisson", max_depth=3, max_iter=80, learning_rate=0.08, random_state=0))])
dummy = Pipeline([("prep", ColumnTransformer([("x", "passthrough", ["bonus"])])), ("model", DummyRegressor())])
X = ["driver_age", "vehicle_age", "bonus", "area"]

def deviance(m, d):
    return mean_poisson_deviance(d["frequency"], np.clip(m.predict(d[X]), 1e-6, None), sample_weight=d["exposure"])

val = {}
models = {"mean": dummy, "glm": glm, "gbm": gbm}
for name, m in models.items():
    m.fit(train[X], train["frequency"], model__sample_weight=train["exposure"])
    val[name] = deviance(m, valid)
    print(f"{name}: validation deviance {val[name]:.4f}")
best = min(val, key=val.get)
print("chosen", best, "test deviance", round(deviance(models[best], test), 4), "mean model", round(deviance(dummy, test), 4))
exp_claims = models[best].predict(test[X]) * test["exposure"]
print("expected / observed claims", round(exp_claims.sum() / test["claims"].sum(), 3))
