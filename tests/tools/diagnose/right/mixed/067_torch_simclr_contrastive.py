"""NT-Xent pretraining on unlabeled digits, then a linear probe."""
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(0)
d = load_digits()
X = torch.tensor(d.images, dtype=torch.float32)[:, None] / 16
i_tr, i_te = train_test_split(torch.arange(len(X)).numpy(), test_size=0.3, stratify=d.target, random_state=0)


def augment(x):
    x = F.pad(x, (1, 1, 1, 1))
    dx, dy = torch.randint(0, 3, (2, len(x)))
    x = torch.stack([im[:, b:b + 8, a:a + 8] for im, a, b in zip(x, dx.tolist(), dy.tolist())])
    return x * (0.7 + 0.6 * torch.rand(len(x), 1, 1, 1)) + 0.1 * torch.randn_like(x)


def nt_xent(a, b, tau=0.3):
    n = len(a)
    z = F.normalize(torch.cat([a, b]), dim=1)
    sim = z @ z.t() / tau
    sim.fill_diagonal_(float("-inf"))
    target = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, target)


encoder = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(64 * 16, 64))
projector = nn.Sequential(nn.ReLU(), nn.Linear(64, 32))
opt = torch.optim.Adam([*encoder.parameters(), *projector.parameters()], 1e-3)

for epoch in range(12):
    for idx in torch.randperm(len(i_tr)).split(128):
        x = X[i_tr[idx.numpy()]]
        loss = nt_xent(projector(encoder(augment(x))), projector(encoder(augment(x))))
        opt.zero_grad()
        loss.backward()
        opt.step()
print(f"last contrastive loss {loss.item():.3f}")

encoder.eval()
with torch.no_grad():
    emb = encoder(X).numpy()
few = i_tr[:200]
probe = LogisticRegression(max_iter=3000).fit(emb[few], d.target[few])
raw = LogisticRegression(max_iter=3000).fit(d.data[few] / 16, d.target[few])
print("200 labels, embedding: %.3f" % probe.score(emb[i_te], d.target[i_te]))
print("200 labels, raw pixel: %.3f" % raw.score(d.data[i_te] / 16, d.target[i_te]))
