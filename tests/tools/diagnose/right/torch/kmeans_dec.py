"""Deep embedded clustering: the target distribution is recomputed and treated as a constant."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.metrics import normalized_mutual_info_score

torch.manual_seed(0)
digits = load_digits(n_class=6)
X = torch.tensor(digits.data / 16.0, dtype=torch.float32)
enc = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
dec = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64))

opt = torch.optim.Adam([*enc.parameters(), *dec.parameters()], lr=2e-3)
for epoch in range(20):
    for b in torch.randperm(len(X)).split(128):
        loss = F.mse_loss(dec(enc(X[b])), X[b])
        opt.zero_grad(); loss.backward(); opt.step()
print("reconstruction", round(loss.item(), 4))

with torch.no_grad():
    z = enc(X)
km = KMeans(6, n_init=5, random_state=0).fit(z.numpy())
centres = nn.Parameter(torch.tensor(km.cluster_centers_, dtype=torch.float32))
print("NMI of k-means", round(normalized_mutual_info_score(digits.target, km.labels_), 3))


def soft_assign(z):
    q = 1.0 / (1.0 + torch.cdist(z, centres) ** 2)
    return q / q.sum(1, keepdim=True)


def sharpen(q):
    w = q ** 2 / q.sum(0)
    return w / w.sum(1, keepdim=True)


opt = torch.optim.Adam([*enc.parameters(), centres], lr=5e-4)
for it in range(60):
    if it % 20 == 0:
        with torch.no_grad():
            target = sharpen(soft_assign(enc(X)))
    q = soft_assign(enc(X))
    loss = F.kl_div(q.log(), target, reduction="batchmean")
    opt.zero_grad()
    loss.backward()
    opt.step()
with torch.no_grad():
    lab = soft_assign(enc(X)).argmax(1).numpy()
print("NMI after DEC", round(normalized_mutual_info_score(digits.target, lab), 3))
