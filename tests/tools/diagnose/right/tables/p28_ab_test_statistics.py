# %%
import numpy as np
import pandas as pd
from scipy import stats
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_effectsize, proportions_ztest

rng = np.random.default_rng(2024)

# %% sample size first
es = proportion_effectsize(0.12, 0.10)
need = NormalIndPower().solve_power(es, alpha=0.05, power=0.8, ratio=1)
print("per arm:", int(np.ceil(need)))

# %%
n = 2 * int(np.ceil(need))
df = pd.DataFrame({
    "arm": rng.permutation(np.repeat(["A", "B"], n // 2)),
    "device": rng.choice(["phone", "desktop", "tablet"], n, p=[0.6, 0.3, 0.1]),
    "pre_spend": rng.gamma(2, 20, n),
})
base = 0.10 + 0.02 * (df["arm"] == "B") + 0.03 * (df["device"] == "desktop")
df["bought"] = (rng.random(n) < base).astype(int)
df["spend"] = df["bought"] * rng.gamma(3, 15, n) + 0.3 * df["pre_spend"]

# %% sample ratio mismatch
print("SRM p:", stats.chisquare(df["arm"].value_counts()).pvalue)

# %% conversion
k, m = df.groupby("arm")["bought"].agg(["sum", "count"]).loc[["B", "A"]].to_numpy().T
z, p = proportions_ztest(k, m)
lo, hi = confint_proportions_2indep(k[0], m[0], k[1], m[1], compare="diff")
print(f"diff {k[0]/m[0]-k[1]/m[1]:.4f}  z={z:.2f} p={p:.4f}  CI [{lo:.4f}, {hi:.4f}]")

# %% spend: Welch, Mann-Whitney, CUPED
a, b = (df.loc[df["arm"] == g, "spend"] for g in "AB")
print("Welch", stats.ttest_ind(b, a, equal_var=False))
print("MWU", stats.mannwhitneyu(b, a))
theta = np.cov(df["spend"], df["pre_spend"])[0, 1] / df["pre_spend"].var()
df["cuped"] = df["spend"] - theta * (df["pre_spend"] - df["pre_spend"].mean())
print("variance ratio", round(df["cuped"].var() / df["spend"].var(), 3))
print(smf.ols("cuped ~ C(arm)", df).fit(cov_type="HC1").summary().tables[1])

# %% segments with correction
ps = {}
for dev, g in df.groupby("device"):
    t = pd.crosstab(g["arm"], g["bought"])
    ps[dev] = stats.chi2_contingency(t).pvalue
adj = multipletests(list(ps.values()), method="holm")[1]
print(pd.DataFrame({"p": ps, "holm": dict(zip(ps, adj))}).round(4))

# %% one logistic model with interaction
fit = smf.glm("bought ~ C(arm) * C(device)", df, family=sm.families.Binomial()).fit()
print(fit.params.round(3))
