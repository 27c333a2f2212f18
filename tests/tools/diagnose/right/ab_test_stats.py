import numpy as np
import pandas as pd
from scipy import stats

df = pd.read_csv("ab_test.csv")
assert df["user_id"].is_unique

summary = df.groupby("variant").agg(users=("user_id", "size"), conversions=("converted", "sum"), revenue=("revenue", "mean"))
summary["rate"] = summary["conversions"] / summary["users"]
print(summary)

# is the assignment really 50/50?
srm = stats.binomtest(int(summary.loc["A", "users"]), int(summary["users"].sum()), 0.5)
print(f"sample ratio check p = {srm.pvalue:.3f}")

# primary metric (fixed before the test started): conversion, two-sided chi-square
table = np.array([summary["conversions"], summary["users"] - summary["conversions"]])
chi2, p, dof, _ = stats.chi2_contingency(table, correction=False)
print(f"conversion: chi2 = {chi2:.2f}, p = {p:.4f}")

pa, pb = summary.loc["A", "rate"], summary.loc["B", "rate"]
se = np.sqrt(pa * (1 - pa) / summary.loc["A", "users"] + pb * (1 - pb) / summary.loc["B", "users"])
z = stats.norm.ppf(0.975)
print(f"difference {pb - pa:+.4f}, 95% CI [{pb - pa - z * se:+.4f}, {pb - pa + z * se:+.4f}]")

# secondary: revenue per user, Welch
a = df.loc[df.variant == "A", "revenue"]
b = df.loc[df.variant == "B", "revenue"]
t = stats.ttest_ind(b, a, equal_var=False)
ci = t.confidence_interval()
print(f"revenue per user: t = {t.statistic:.2f}, p = {t.pvalue:.4f}, CI [{ci.low:.2f}, {ci.high:.2f}]")

# per device, exploratory only -> Holm correction
rows = []
for dev, g in df.groupby("device"):
    tab = pd.crosstab(g["variant"], g["converted"])
    rows.append((dev, stats.chi2_contingency(tab, correction=False).pvalue))
rows.sort(key=lambda r: r[1])
m, running = len(rows), 0.0
for k, (dev, pv) in enumerate(rows):
    running = max(running, min(1.0, (m - k) * pv))
    print(f"  {dev:8s} raw p {pv:.3f}  Holm p {running:.3f}")
