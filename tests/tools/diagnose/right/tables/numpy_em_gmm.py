import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.datasets import load_iris

X, species = load_iris(return_X_y=True)
X = (X - X.mean(0)) / X.std(0)


def em(X, k, seed, n_iter=200, tol=1e-5):
    rng = np.random.default_rng(seed)
    n, d = X.shape
    mu = X[rng.choice(n, k, replace=False)]
    cov = np.array([np.cov(X.T) for _ in range(k)])
    pi = np.full(k, 1 / k)
    prev = -np.inf
    for it in range(n_iter):
        logp = np.column_stack([
            np.log(pi[j]) + multivariate_normal(mu[j], cov[j]).logpdf(X) for j in range(k)])
        norm = logsumexp(logp, axis=1)
        ll = norm.sum()
        resp = np.exp(logp - norm[:, None])
        nk = resp.sum(0)
        pi = nk / n
        mu = resp.T @ X / nk[:, None]
        for j in range(k):
            diff = X - mu[j]
            cov[j] = (resp[:, j, None] * diff).T @ diff / nk[j] + 1e-3 * np.eye(d)
        if abs(ll - prev) < tol * abs(ll):
            break
        prev = ll
    n_par = k * (d + d * (d + 1) / 2) + k - 1
    return ll, n_par * np.log(n) - 2 * ll, resp.argmax(1)


for k in range(1, 6):
    ll, bic, lab = max((em(X, k, s) for s in range(5)), key=lambda r: r[0])
    print(f"{k} components: log-likelihood {ll:8.1f}  BIC {bic:8.1f}")

ll, bic, lab = max((em(X, 3, s) for s in range(5)), key=lambda r: r[0])
table = np.zeros((3, 3), int)
np.add.at(table, (species, lab), 1)
print("species by component (for the eye only)\n", table)
