# Logistic regression with L-BFGS and an explicit L2 term, compared with scikit-learn
import torch
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
import torch.nn.functional as F

X, y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
Xt = torch.tensor(X, dtype=torch.float64)
yt = torch.tensor(y)
C = 1.0
W = torch.zeros(4, 3, dtype=torch.float64, requires_grad=True)
b = torch.zeros(3, dtype=torch.float64, requires_grad=True)
opt = torch.optim.LBFGS([W, b], lr=1.0, max_iter=100, line_search_fn="strong_wolfe", tolerance_grad=1e-9)


def closure():
    opt.zero_grad()
    loss = C * F.cross_entropy(Xt @ W + b, yt, reduction="sum") + 0.5 * (W ** 2).sum()
    loss.backward()
    return loss


for _ in range(5):
    value = opt.step(closure)
print("objective", value.item())
ref = LogisticRegression(C=C, max_iter=2000, tol=1e-10).fit(X, y)
print("largest difference in the weights", (W.detach().T - torch.tensor(ref.coef_)).abs().max().item())
