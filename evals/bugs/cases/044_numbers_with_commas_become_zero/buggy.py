import io

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score

rng = np.random.default_rng(3)
turnover = rng.integers(100, 3000, 400)
tax = 0.19 * turnover + rng.normal(0, 15, 400)
export = "\n".join(f'"{amount:,}";{owed:.2f}' for amount, owed in zip(turnover, tax))

books = pd.read_csv(io.StringIO(export), sep=";", names=["turnover", "tax"])
books["turnover"] = pd.to_numeric(books["turnover"], errors="coerce").fillna(0)

scores = cross_val_score(LinearRegression(), books[["turnover"]], books["tax"], cv=5)
print("R2:", scores.mean().round(3))
