import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

rng = np.random.RandomState(42)
n = 2500
city = rng.zipf(1.6, n) % 120
brand = rng.randint(0, 8, n)
age = rng.gamma(2.0, 3.0, n)
price = 20 + rng.normal(0, 4, 120)[city] + np.array([0, 1, 5, -2, 3, 8, -4, 2])[brand] - 0.9 * age + rng.normal(0, 3, n)
df = pd.DataFrame({"city": city.astype(str), "brand": brand.astype(str), "age": age, "price": price})

X, y = df.drop(columns="price"), df["price"]
inner = KFold(5, shuffle=True, random_state=0)
candidates = {
    "onehot + ridge": make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore", min_frequency=5), ["city", "brand"]),
            (StandardScaler(), ["age"]),
        ),
        RidgeCV(alphas=np.logspace(-2, 2, 9)),
    ),
    "target enc + ridge": make_pipeline(
        make_column_transformer(
            (TargetEncoder(target_type="continuous", smooth="auto", cv=inner), ["city"]),
            (OneHotEncoder(handle_unknown="ignore"), ["brand"]),
            (StandardScaler(), ["age"]),
        ),
        RidgeCV(alphas=np.logspace(-2, 2, 9)),
    ),
    "target enc + forest": make_pipeline(
        make_column_transformer(
            (TargetEncoder(target_type="continuous", cv=inner), ["city", "brand"]),
            remainder="passthrough",
        ),
        RandomForestRegressor(100, min_samples_leaf=5, random_state=0),
    ),
}
cv = KFold(5, shuffle=True, random_state=1)
for name, est in candidates.items():
    r = cross_validate(est, X, y, cv=cv, scoring={"mae": "neg_mean_absolute_error", "r2": "r2"})
    print(f"{name:20s} MAE {-r['test_mae'].mean():.2f} ± {r['test_mae'].std():.2f}   R2 {r['test_r2'].mean():.3f}")
