# %% Monatsbericht
import numpy as np
import pandas as pd

rng = np.random.default_rng(12)
n = 4000
sales = pd.DataFrame({
    "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 366, n), unit="D"),
    "sku": [f"S{z:03d}" for z in rng.zipf(1.5, n) % 90],
    "rep": rng.choice(["Ana", "Bo", "Cy", "Di"], n),
    "amount": rng.lognormal(4, 0.9, n).round(2),
})
targets = pd.DataFrame({"rep": ["Ana", "Bo", "Cy", "Di"], "target": [95000, 90000, 80000, 85000]})

# %% ABC-Klassen nach Umsatz
by_sku = sales.groupby("sku")["amount"].sum().sort_values(ascending=False).to_frame("revenue")
by_sku["cum_share"] = by_sku["revenue"].cumsum() / by_sku["revenue"].sum()
by_sku["abc"] = pd.cut(by_sku["cum_share"], [0, 0.8, 0.95, 1.0001], labels=list("ABC"))
print(by_sku.groupby("abc", observed=True)["revenue"].agg(["size", "sum"]).round(0))

# %% Wachstum gegen Vormonat, Anteil am Monat, Rang je Monat
monthly = sales.groupby([pd.Grouper(key="date", freq="MS"), "rep"])["amount"].sum().unstack("rep")
growth = monthly.pct_change().mul(100).round(1)
share = monthly.div(monthly.sum(axis=1), axis=0)
rank = monthly.rank(axis=1, ascending=False).astype(int)
print(pd.concat({"share": share.tail(3).round(2), "growth": growth.tail(3), "rank": rank.tail(3)}, axis=1).T)

# %% Zielerreichung
reach = targets.merge(sales.groupby("rep", as_index=False)["amount"].sum(), on="rep", how="left", validate="1:1")
reach["reached"] = reach["amount"].fillna(0) / reach["target"]
print(reach.sort_values("reached", ascending=False).round(2).to_string(index=False))

# %% auffällige Tage: Abstand vom gleitenden Median in MAD
daily = sales.set_index("date")["amount"].resample("D").sum()
med = daily.rolling(29, center=True, min_periods=10).median()
mad = (daily - med).abs().rolling(29, center=True, min_periods=10).median()
score = (daily - med) / (1.4826 * mad)
print(score[score.abs() > 4].round(1))
