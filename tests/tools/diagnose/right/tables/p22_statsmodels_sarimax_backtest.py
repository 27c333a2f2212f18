# %%
import warnings
import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.tsa.holtwinters import ExponentialSmoothing

warnings.simplefilter("ignore")

# %% monthly series
rng = np.random.default_rng(1)
idx = pd.date_range("2014-01-01", periods=108, freq="MS")
trend = np.linspace(100, 160, 108)
seas = np.tile([-9, -12, 2, 4, 6, 12, 15, 13, 3, -4, -11, -19], 9)
noise = np.zeros(108)
for i in range(1, 108):
    noise[i] = 0.5 * noise[i - 1] + rng.normal(0, 3)
y = pd.Series(trend + seas + noise, index=idx, name="load")

# %% decomposition of the whole series, to look at
stl = sm.tsa.STL(y, period=12, robust=True).fit()
print("seasonal strength:", round(1 - stl.resid.var() / (stl.resid + stl.seasonal).var(), 3))

# %% rolling origin, six months ahead each time
H = 6
origins = range(72, len(y) - H + 1, H)

def forecast_sarimax(hist):
    fit = sm.tsa.SARIMAX(hist, order=(1, 0, 0), seasonal_order=(0, 1, 1, 12), trend="c").fit(disp=False)
    return fit.forecast(H)

def forecast_hw(hist):
    return ExponentialSmoothing(hist, trend="add", seasonal="add", seasonal_periods=12).fit().forecast(H)

def forecast_naive(hist):
    return pd.Series(hist.iloc[-12:-12 + H].to_numpy(), index=pd.date_range(hist.index[-1], periods=H + 1, freq="MS")[1:])

# %%
rows = []
for o in origins:
    hist, actual = y.iloc[:o], y.iloc[o:o + H]
    scale = hist.diff(12).abs().mean()
    for name, f in [("sarimax", forecast_sarimax), ("holt-winters", forecast_hw), ("naive", forecast_naive)]:
        err = (f(hist) - actual).abs()
        rows.append((hist.index[-1], name, err.mean(), err.mean() / scale))
res = pd.DataFrame(rows, columns=["origin", "model", "mae", "mase"])
print(res.groupby("model")[["mae", "mase"]].mean().round(3))

# %%
print(res.pivot(index="origin", columns="model", values="mae").round(2))
