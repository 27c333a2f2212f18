"""Retrospective decomposition of the pollution series. A description of the past, not a forecast:
the centred window and the interpolation over short gaps look both ways, as they should here."""
import numpy as np
import pandas as pd

s = pd.read_csv("air_quality.csv", parse_dates=["date"], index_col="date")["pm25"].asfreq("D")
print("gaps:", int(s.isna().sum()))
filled = s.interpolate("time", limit_direction="both")

trend = filled.rolling(91, center=True).mean()
week = (filled - trend).groupby(filled.index.day_of_week).transform("mean")
rest = filled - trend - week

ok = rest.notna()
print("share of the variance (days with a full window)")
for name, part in {"trend": trend, "week": week, "rest": rest}.items():
    print(f"  {name:6s}{part[ok].var() / filled[ok].var():.2f}")

# block bootstrap for the mean difference between the two winters
w1, w2 = filled["2022-12":"2023-02"], filled["2023-12":"2024-02"]
rng = np.random.default_rng(0)


def blocks(a, size=7):
    starts = rng.integers(0, len(a) - size + 1, int(np.ceil(len(a) / size)))
    return np.concatenate([a[i:i + size] for i in starts])[:len(a)].mean()


d = [blocks(w2.to_numpy()) - blocks(w1.to_numpy()) for _ in range(2000)]
print("winter 2 - winter 1: %.2f [%.2f, %.2f]" % (w2.mean() - w1.mean(), *np.quantile(d, [0.025, 0.975])))
