"""A/B test: conversion by z-test, spend by Welch and CUPED, bootstrap interval."""
import numpy as np
import pandas as pd
from scipy import stats

df = pd.read_csv("data/ab_test.csv")
c, t = df[df.variant == "control"], df[df.variant == "treatment"]

# sample ratio mismatch
chi = stats.chisquare([len(c), len(t)])
print("sample sizes", len(c), len(t), "SRM p", round(chi.pvalue, 3))

# conversion
x = np.array([c.converted.sum(), t.converted.sum()])
n = np.array([len(c), len(t)])
p = x / n
pool = x.sum() / n.sum()
z = (p[1] - p[0]) / np.sqrt(pool * (1 - pool) * (1 / n).sum())
pval = 2 * stats.norm.sf(abs(z))
se = np.sqrt((p * (1 - p) / n).sum())
print(f"conversion {p[0]:.4f} vs {p[1]:.4f}, lift {p[1]-p[0]:+.4f} "
      f"[{p[1]-p[0]-1.96*se:+.4f}, {p[1]-p[0]+1.96*se:+.4f}], p={pval:.4f}")

# spend
w = stats.ttest_ind(t.spend, c.spend, equal_var=False)
print(f"spend difference {t.spend.mean()-c.spend.mean():+.2f}, Welch p={w.pvalue:.4f}")

# CUPED with the pre-period covariate
theta = np.cov(df.spend, df.pre_spend)[0, 1] / df.pre_spend.var()
df["spend_adj"] = df.spend - theta * (df.pre_spend - df.pre_spend.mean())
ca, ta = (df.loc[df.variant == v, "spend_adj"] for v in ("control", "treatment"))
w = stats.ttest_ind(ta, ca, equal_var=False)
print(f"CUPED difference {ta.mean()-ca.mean():+.2f}, p={w.pvalue:.5f}, variance kept {df.spend_adj.var()/df.spend.var():.2f}")

rng = np.random.default_rng(0)
boot = np.array([rng.choice(ta.to_numpy(), len(ta)).mean() - rng.choice(ca.to_numpy(), len(ca)).mean() for _ in range(2000)])
print("bootstrap 95% interval", np.percentile(boot, [2.5, 97.5]).round(2))

# by device, Bonferroni
for device, g in df.groupby("device"):
    tab = pd.crosstab(g.variant, g.converted)
    print(device, "p (corrected)", round(min(1, 2 * stats.fisher_exact(tab.values).pvalue), 4))
