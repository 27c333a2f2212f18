"""Kaplan-Meier, log-rank and a Cox model by Newton's method, numpy and scipy only."""
import numpy as np
import pandas as pd
from scipy import stats

df = pd.read_csv("data/survival.csv")

def kaplan_meier(time, event):
    times = np.unique(time[event == 1])
    at_risk = np.array([(time >= t).sum() for t in times])
    d = np.array([((time == t) & (event == 1)).sum() for t in times])
    s = np.cumprod(1 - d / at_risk)
    var = s ** 2 * np.cumsum(d / (at_risk * np.maximum(at_risk - d, 1)))
    return times, s, np.sqrt(var)

def logrank(time, event, group):
    o = e = v = 0.0
    for t in np.unique(time[event == 1]):
        r = time >= t
        n, n1 = r.sum(), (r & (group == 1)).sum()
        dead = (time == t) & (event == 1)
        d, d1 = dead.sum(), (dead & (group == 1)).sum()
        o += d1
        e += d * n1 / n
        if n > 1:
            v += d * n1 / n * (1 - n1 / n) * (n - d) / (n - 1)
    z2 = (o - e) ** 2 / v
    return z2, stats.chi2.sf(z2, 1)

def cox(X, time, event, iters=20):
    order = np.argsort(-time)
    X, event = X[order], event[order]
    b = np.zeros(X.shape[1])
    for _ in range(iters):
        r = np.exp(X @ b)
        s0 = np.cumsum(r)
        s1 = np.cumsum(X * r[:, None], 0)
        s2 = np.cumsum(X[:, :, None] * X[:, None, :] * r[:, None, None], 0)
        m = s1 / s0[:, None]
        grad = ((X - m)[event == 1]).sum(0)
        info = (s2 / s0[:, None, None] - m[:, :, None] * m[:, None, :])[event == 1].sum(0)
        step = np.linalg.solve(info, grad)
        b = b + step
        if np.abs(step).max() < 1e-8:
            break
    return b, np.sqrt(np.diag(np.linalg.inv(info)))

T, E = df["months"].to_numpy(), df["event"].to_numpy()
for arm in (0, 1):
    m = (df["treatment"] == arm).to_numpy()
    t, s, se = kaplan_meier(T[m], E[m])
    med = t[s <= 0.5][0] if (s <= 0.5).any() else np.nan
    print("arm", arm, "n", m.sum(), "events", E[m].sum(), "median", med)
print("log-rank chi2 %.2f p %.3f" % logrank(T, E, df["treatment"].to_numpy()))

cols = ["age", "stage", "marker", "treatment"]
X = df[cols].to_numpy(float)
Z = (X - X.mean(0)) / X.std(0)
b, se = cox(Z, T, E)
for c, k, q in zip(cols, b, se):
    print(f"{c:10s} HR per sd {np.exp(k):.2f} [{np.exp(k - 1.96*q):.2f}, {np.exp(k + 1.96*q):.2f}] p={2*stats.norm.sf(abs(k/q)):.4f}")
