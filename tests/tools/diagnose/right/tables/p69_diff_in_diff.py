# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import statsmodels.formula.api as smf

# %% 40 regions, 24 months, a policy in half of them from month 13
rng = np.random.default_rng(0)
regions, months = 40, 24
panel = pd.MultiIndex.from_product([range(regions), range(1, months + 1)], names=["region", "month"]).to_frame(index=False)
panel["treated"] = (panel["region"] < 20).astype(int)
panel["post"] = (panel["month"] > 12).astype(int)
fe = rng.normal(0, 3, regions)
season = rng.normal(0, 1, months)
panel["rate"] = 30 + fe[panel["region"]] + season[panel["month"] - 1] - 0.1 * panel["month"] - 1.5 * panel["treated"] * panel["post"]
eps = rng.normal(0, 1, (regions, months))
for t in range(1, months):
    eps[:, t] = 0.5 * eps[:, t - 1] + rng.normal(0, 1, regions)
panel["rate"] += eps.ravel()

# %% the table of four means
cells = panel.pivot_table(index="treated", columns="post", values="rate")
print(cells.round(2))
print("by hand:", round((cells.loc[1, 1] - cells.loc[1, 0]) - (cells.loc[0, 1] - cells.loc[0, 0]), 3))

# %% two-way fixed effects, errors clustered by region
did = smf.ols("rate ~ treated:post + C(region) + C(month)", panel).fit(cov_type="cluster", cov_kwds={"groups": panel["region"]})
est, (lo, hi) = did.params["treated:post"], did.conf_int().loc["treated:post"]
print(f"DiD {est:.3f}  [{lo:.3f}, {hi:.3f}]")

# %% event study: months before must show nothing
for k in range(1, months + 1):
    if k != 12:
        panel[f"d{k}"] = panel["treated"] * (panel["month"] == k)
terms = [f"d{k}" for k in range(1, months + 1) if k != 12]
es = smf.ols("rate ~ " + " + ".join(terms) + " + C(region) + C(month)", panel).fit(cov_type="cluster", cov_kwds={"groups": panel["region"]})
ci = es.conf_int().loc[terms]
lead = es.params[[t for t in terms if int(t[1:]) < 12]]
print("mean of the leads:", round(lead.mean(), 3))
plt.errorbar([int(t[1:]) for t in terms], es.params[terms], yerr=(ci[1] - ci[0]) / 2, fmt="o")
plt.axvline(12.5, ls=":")
plt.show()

# %% placebo: permute which regions were treated
real = abs(est)
wide = panel.pivot_table(index="region", columns="post", values="rate")
delta = (wide[1] - wide[0]).to_numpy()
null = []
for _ in range(500):
    perm = rng.permutation(regions) < 20
    null.append(delta[perm].mean() - delta[~perm].mean())
print("permutation p:", round((1 + np.sum(np.abs(null) >= real)) / (1 + len(null)), 4))
