"""A two-layer network in numpy with mini-batches, momentum and a validation set for the stop."""
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(1)
X, y = load_digits(return_X_y=True)
X = X / 16.0
X_tmp, X_te, y_tmp, y_te = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)
X_tr, X_va, y_tr, y_va = train_test_split(X_tmp, y_tmp, test_size=0.2, random_state=0, stratify=y_tmp)
Y_tr = np.eye(10)[y_tr]

H = 48
params = {
    "W1": rng.normal(0, np.sqrt(2 / 64), (64, H)), "b1": np.zeros(H),
    "W2": rng.normal(0, np.sqrt(2 / H), (H, 10)), "b2": np.zeros(10),
}
vel = {k: np.zeros_like(v) for k, v in params.items()}

def forward(A, p):
    h = np.maximum(A @ p["W1"] + p["b1"], 0)
    z = h @ p["W2"] + p["b2"]
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return h, e / e.sum(axis=1, keepdims=True)

def backward(A, Y, h, prob, p, l2=1e-4):
    n = len(A)
    dz = (prob - Y) / n
    dh = (dz @ p["W2"].T) * (h > 0)
    return {"W2": h.T @ dz + l2 * p["W2"], "b2": dz.sum(0), "W1": A.T @ dh + l2 * p["W1"], "b1": dh.sum(0)}

best, best_loss, wait = None, np.inf, 0
for epoch in range(100):
    idx = rng.permutation(len(X_tr))
    for s in range(0, len(idx), 32):
        b = idx[s:s + 32]
        h, prob = forward(X_tr[b], params)
        g = backward(X_tr[b], Y_tr[b], h, prob, params)
        for k in params:
            vel[k] = 0.9 * vel[k] - 0.05 * g[k]
            params[k] += vel[k]
    _, pv = forward(X_va, params)
    vl = -np.log(pv[np.arange(len(y_va)), y_va] + 1e-12).mean()
    if vl < best_loss - 1e-4:
        best, best_loss, wait = {k: v.copy() for k, v in params.items()}, vl, 0
    else:
        wait += 1
        if wait >= 8:
            break
    if epoch % 10 == 0:
        print(epoch, "valid loss", round(vl, 4), "acc", (pv.argmax(1) == y_va).mean().round(3))

_, pt = forward(X_te, best)
print("stopped at", epoch, "| test accuracy", (pt.argmax(1) == y_te).mean().round(4))
