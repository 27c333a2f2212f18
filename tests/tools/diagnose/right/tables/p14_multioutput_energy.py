from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


@dataclass
class Config:
    n: int = 1200
    seed: int = 6
    targets: list[str] = field(default_factory=lambda: ["heating", "cooling"])


def buildings(cfg: Config) -> pd.DataFrame:
    rng = np.random.default_rng(cfg.seed)
    df = pd.DataFrame({
        "surface": rng.uniform(500, 820, cfg.n),
        "wall": rng.uniform(240, 420, cfg.n),
        "height": rng.choice([3.5, 7.0], cfg.n),
        "glazing": rng.choice([0.0, 0.1, 0.25, 0.4], cfg.n),
    })
    df["heating"] = 0.03 * df.wall + 2.2 * df.height + 18 * df.glazing - 0.012 * df.surface + rng.normal(0, 1, cfg.n)
    df["cooling"] = 0.8 * df.heating + 9 * df.glazing ** 2 + rng.normal(0, 1.2, cfg.n)
    return df


cfg = Config()
df = buildings(cfg)
X, Y = df.drop(columns=cfg.targets), df[cfg.targets]
X_tr, X_te, Y_tr, Y_te = train_test_split(X, Y, test_size=0.3, random_state=cfg.seed)

gbr = GradientBoostingRegressor(n_estimators=120, max_depth=3, random_state=cfg.seed)
models = {
    "linear": TransformedTargetRegressor(
        make_pipeline(StandardScaler(), LinearRegression()), transformer=StandardScaler()
    ),
    "independent": MultiOutputRegressor(clone(gbr)),
    "chain": RegressorChain(clone(gbr), order=[0, 1], cv=5, random_state=cfg.seed),
}
rows = {}
for name, m in models.items():
    m.fit(X_tr, Y_tr)
    rows[name] = mean_absolute_error(Y_te, m.predict(X_te), multioutput="raw_values")
rows["train mean"] = mean_absolute_error(Y_te, np.tile(Y_tr.mean(), (len(Y_te), 1)), multioutput="raw_values")
print(pd.DataFrame(rows, index=cfg.targets).T.round(3))
