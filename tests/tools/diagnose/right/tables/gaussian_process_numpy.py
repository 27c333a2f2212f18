import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

rng = np.random.default_rng(2)
f = lambda x: np.sin(3 * x) + 0.5 * x
x_all = rng.uniform(-3, 3, 120)
y_all = f(x_all) + rng.normal(0, 0.2, 120)
x, y, xs, ys = x_all[:70], y_all[:70], x_all[70:], y_all[70:]
shift = y.mean()

def kernel(a, b, ell, sf):
    return sf ** 2 * np.exp(-0.5 * ((a[:, None] - b[None]) / ell) ** 2)

def nlml(theta):
    ell, sf, sn = np.exp(theta)
    K = kernel(x, x, ell, sf) + (sn ** 2 + 1e-8) * np.eye(len(x))
    c = cho_factor(K, lower=True)
    r = y - shift
    return 0.5 * r @ cho_solve(c, r) + np.log(np.diag(c[0])).sum() + 0.5 * len(x) * np.log(2 * np.pi)

best = min((minimize(nlml, t0, method="L-BFGS-B", bounds=[(-3, 3)] * 3) for t0 in ([0, 0, -1], [-1, 1, -2], [1, 0, 0])), key=lambda r: r.fun)
ell, sf, sn = np.exp(best.x)
c = cho_factor(kernel(x, x, ell, sf) + (sn ** 2 + 1e-8) * np.eye(len(x)), lower=True)
Ks = kernel(xs, x, ell, sf)
mean = shift + Ks @ cho_solve(c, y - shift)
var = sf ** 2 - np.einsum("ij,ji->i", Ks, cho_solve(c, Ks.T)) + sn ** 2
inside = np.abs(ys - mean) <= 1.96 * np.sqrt(var)
print("length %.2f signal %.2f noise %.2f" % (ell, sf, sn))
print("test RMSE", np.sqrt(((ys - mean) ** 2).mean()).round(3), "coverage of the 95% band", inside.mean().round(3))
print("test log density", (-0.5 * (ys - mean) ** 2 / var - 0.5 * np.log(2 * np.pi * var)).mean().round(3))
