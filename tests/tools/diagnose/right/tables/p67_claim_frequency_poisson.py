# %%
import numpy as np
import pandas as pd
import statsmodels.api as sm
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import mean_poisson_deviance
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

# %% policies
rng = np.random.default_rng(2)
n = 12000
df = pd.DataFrame({
    "exposure": rng.uniform(0.1, 1, n),
    "age": rng.integers(18, 85, n),
    "power": rng.integers(4, 14, n),
    "area": rng.choice(list("ABCDE"), n),
})
lam = 0.12 * np.exp(0.9 * (df["age"] < 25) + 0.3 * (df["age"] > 70) + 0.05 * (df["power"] - 8) + 0.12 * df["area"].map(dict(zip("ABCDE", range(5)))))
df["claims"] = rng.poisson(lam * df["exposure"])
df["freq"] = df["claims"] / df["exposure"]

# %% overdispersed?
print("mean", round(df["claims"].mean(), 4), "variance", round(df["claims"].var(), 4))
print(df.groupby(pd.cut(df["age"], [17, 24, 40, 70, 90]))[["claims", "exposure"]].sum().eval("freq = claims / exposure"))

# %% frequency with exposure as weight
train, test = train_test_split(df, test_size=0.3, random_state=0)
X = ["age", "power", "area"]
glm = make_pipeline(
    make_column_transformer(
        (KBinsDiscretizer(8, quantile_method="averaged_inverted_cdf"), ["age"]), (StandardScaler(), ["power"]), (OneHotEncoder(drop="first"), ["area"]),
    ),
    PoissonRegressor(alpha=1e-3, max_iter=300),
)
gbm = HistGradientBoostingRegressor(loss="poisson", max_iter=30, learning_rate=0.15, max_leaf_nodes=8, categorical_features=["area"], random_state=0)
as_cat = lambda d: d[X].assign(area=d["area"].astype(pd.CategoricalDtype(list("ABCDE"))))

dummy = DummyRegressor().fit(train[X], train["freq"], sample_weight=train["exposure"])
glm.fit(train[X], train["freq"], poissonregressor__sample_weight=train["exposure"])
gbm.fit(as_cat(train), train["freq"], sample_weight=train["exposure"])

# %%
preds = {"constant": dummy.predict(test[X]), "glm": glm.predict(test[X]), "gbm": gbm.predict(as_cat(test))}
for name, p in preds.items():
    dev = mean_poisson_deviance(test["freq"], p, sample_weight=test["exposure"])
    print(f"{name:9s} deviance {dev:.4f}   expected claims {(p * test['exposure']).sum():.0f} of {test['claims'].sum()}")

# %% the same GLM idea by offset, for the tables
exog = sm.add_constant(pd.get_dummies(train[["area"]], drop_first=True, dtype=float).assign(young=(train["age"] < 25).astype(float), power=train["power"]))
print(sm.GLM(train["claims"], exog, family=sm.families.Poisson(), exposure=train["exposure"]).fit().params.round(3))
