# Soft-margin linear SVM by sub-gradient descent, without nn.Module
import torch
from sklearn.datasets import make_blobs

torch.manual_seed(0)
X, y = make_blobs(n_samples=400, centers=[[-2, 0], [2, 1]], cluster_std=1.2, random_state=0)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32) * 2 - 1        # {-1, +1}
Xtr, ytr, Xte, yte = X[:300], y[:300], X[300:], y[300:]

w = torch.zeros(2, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lam = 1e-2
for step in range(1, 501):
    margin = ytr * (Xtr @ w + b)
    loss = torch.clamp(1 - margin, min=0).mean() + lam / 2 * w.dot(w)
    loss.backward()
    with torch.no_grad():
        lr = 0.5 / (1 + 0.01 * step)
        w -= lr * w.grad
        b -= lr * b.grad
        w.grad.zero_()
        b.grad.zero_()
    if step % 100 == 0:
        print(step, loss.item())

with torch.no_grad():
    pred = torch.sign(Xte @ w + b)
    n_sv = (ytr * (Xtr @ w + b) < 1).sum().item()
print("test accuracy", (pred == yte).float().mean().item(), "points inside the margin", n_sv)
