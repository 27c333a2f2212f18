import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

rng = np.random.default_rng(6)
LEVELS = ["low", "medium", "high"]
level = rng.integers(0, 3, 500)
plants = pd.DataFrame({"light": np.array(LEVELS)[level], "water": rng.uniform(0, 2, 500)})
growth = 4 * level + 2 * plants["water"] + rng.normal(0, 0.8, 500)

encoder = OrdinalEncoder(categories=[LEVELS])
columns = make_column_transformer((encoder, ["light"]), remainder="passthrough")
model = make_pipeline(columns, LinearRegression())
print(f"R2: {cross_val_score(model, plants, growth, cv=5).mean():.3f}")
