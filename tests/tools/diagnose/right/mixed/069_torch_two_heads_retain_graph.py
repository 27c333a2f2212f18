"""Two losses share one encoder and have separate optimisers: retain_graph is needed once."""
import torch
from sklearn.datasets import make_regression
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(5)
X, y = make_regression(2000, 15, n_informative=8, n_targets=2, noise=5.0, random_state=5)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, random_state=5)
ym, ys = y_tr.mean(0), y_tr.std(0)
t = lambda a: torch.tensor(a, dtype=torch.float32)
X_tr, X_te, T_tr, T_te = t(X_tr), t(X_te), t((y_tr - ym) / ys), t((y_te - ym) / ys)

enc = nn.Sequential(nn.Linear(15, 32), nn.Tanh())
head_a, head_b = nn.Linear(32, 1), nn.Linear(32, 1)
opt_enc = torch.optim.Adam(enc.parameters(), lr=2e-3)
opt_heads = torch.optim.Adam([*head_a.parameters(), *head_b.parameters()], lr=1e-2)
mse = nn.MSELoss()

for epoch in range(40):
    for b in torch.randperm(len(X_tr)).split(64):
        z = enc(X_tr[b])
        loss_a = mse(head_a(z), T_tr[b, :1])
        loss_b = mse(head_b(z), T_tr[b, 1:])
        opt_enc.zero_grad()
        opt_heads.zero_grad()
        loss_a.backward(retain_graph=True)  # z is used again below
        loss_b.backward()
        opt_enc.step()
        opt_heads.step()

with torch.no_grad():
    z = enc(X_te)
    for name, head, k in (("a", head_a, 0), ("b", head_b, 1)):
        r2 = 1 - mse(head(z)[:, 0], T_te[:, k]) / T_te[:, k].var(unbiased=False)
        print(f"target {name}: R2 {r2:.3f}")
