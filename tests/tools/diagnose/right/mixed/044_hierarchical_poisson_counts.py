"""Claim counts with exposure: Poisson GLM, frequency as target, exposure as sample weight."""
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import PoissonRegressor
from sklearn.dummy import DummyRegressor
from sklearn.metrics import mean_poisson_deviance
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

rng = np.random.default_rng(123)
n = 8000
pol = pd.DataFrame({
    "driver_age": rng.integers(18, 85, n),
    "power": rng.integers(4, 15, n),
    "area": rng.choice(list("ABCD"), n),
    "exposure": rng.uniform(0.1, 1.0, n),
})
lam = np.exp(-2.2 + 0.9 * (pol.driver_age < 25) + 0.4 * (pol.driver_age > 70) + 0.06 * pol.power + pol.area.map(dict(A=0, B=.1, C=.3, D=.6)))
pol["claims"] = rng.poisson(lam * pol.exposure)
pol["freq"] = pol.claims / pol.exposure

train, test = train_test_split(pol, test_size=0.25, random_state=0)
prep = ColumnTransformer([
    ("age", KBinsDiscretizer(10, quantile_method="averaged_inverted_cdf"), ["driver_age"]),
    ("power", StandardScaler(), ["power"]),
    ("area", OneHotEncoder(), ["area"]),
])
glm = Pipeline([("prep", prep), ("glm", PoissonRegressor(alpha=1e-4, max_iter=500))])
glm.fit(train, train.freq, glm__sample_weight=train.exposure)
dummy = DummyRegressor().fit(train, train.freq, sample_weight=train.exposure)

for name, m in (("mean frequency", dummy), ("poisson glm", glm)):
    f = m.predict(test)
    dev = mean_poisson_deviance(test.freq, f, sample_weight=test.exposure)
    print(f"{name:15s} deviance {dev:.4f}; claims predicted {np.sum(f * test.exposure):.0f}, observed {test.claims.sum()}")
