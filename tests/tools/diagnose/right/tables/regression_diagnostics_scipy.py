"""OLS inference by hand: coefficients, t tests, VIF, Breusch-Pagan, robust errors. Explanation, not prediction."""
import numpy as np
import pandas as pd
from scipy import stats

df = pd.read_csv("data/coches.csv").dropna()
y = np.log(df["precio"]).to_numpy()
X = pd.DataFrame({"const": 1.0, "edad": 2022 - df["anio"], "km_10k": df["kilometros"] / 1e4, "potencia": df["potencia"]})
X = X.join(pd.get_dummies(df["marca"], drop_first=True, dtype=float)).join(pd.get_dummies(df["combustible"], drop_first=True, dtype=float))
A = X.to_numpy()
n, k = A.shape
XtXi = np.linalg.inv(A.T @ A)
b = XtXi @ A.T @ y
e = y - A @ b
s2 = e @ e / (n - k)
se = np.sqrt(s2 * np.diag(XtXi))
h = np.einsum("ij,jk,ik->i", A, XtXi, A)
hc3 = np.sqrt(np.diag(XtXi @ (A.T * (e / (1 - h)) ** 2) @ A @ XtXi))
t = b / hc3
p = 2 * stats.t.sf(np.abs(t), n - k)
vif = [np.nan] + [1 / np.clip(((A[:, j] - np.delete(A, j, 1) @ np.linalg.lstsq(np.delete(A, j, 1), A[:, j], rcond=None)[0]) ** 2).sum()
                  / ((A[:, j] - A[:, j].mean()) ** 2).sum(), 1e-12, None) for j in range(1, k)]
print(pd.DataFrame({"b": b, "se": se, "se_HC3": hc3, "t": t, "p": p, "VIF": vif}, index=X.columns).round(4))
r2 = 1 - e @ e / ((y - y.mean()) ** 2).sum()
print("n", n, "R2", round(r2, 4), "adjusted", round(1 - (1 - r2) * (n - 1) / (n - k), 4))
aux = A @ np.linalg.lstsq(A, e ** 2, rcond=None)[0]
r2a = 1 - ((e ** 2 - aux) ** 2).sum() / ((e ** 2 - (e ** 2).mean()) ** 2).sum()
print("Breusch-Pagan p", round(stats.chi2.sf(n * r2a, k - 1), 4), "Jarque-Bera p", round(stats.jarque_bera(e).pvalue, 4))
