import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

rng = np.random.default_rng(21)
n = 2000
price = np.cumsum(rng.normal(size=n))
quotes = pd.DataFrame({"price": price}, index=pd.date_range("2024-01-01", periods=n, freq="h"))
# the survey of traders' mood appears every second hour, and follows the price at that time
quotes["mood"] = np.where(np.arange(n) % 2 == 1, price + rng.normal(0, 0.1, n), np.nan)
quotes["mood"] = quotes["mood"].bfill()
quotes["gap"] = quotes["mood"] - quotes["price"]
quotes["change"] = quotes["price"].shift(-1) - quotes["price"]
quotes = quotes[quotes.index.hour % 2 == 0].dropna()

half = len(quotes) // 2
X, y = quotes[["gap"]], quotes["change"]
model = LinearRegression().fit(X[:half], y[:half])
print(f"R2 on the later half: {model.score(X[half:], y[half:]):.3f}")
