import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
d = load_digits()
imgs = torch.tensor(d.images, dtype=torch.float32)[:, None] / 16
tr, te, ytr, yte = train_test_split(imgs, d.target, test_size=0.3, random_state=0, stratify=d.target)


def augment(x):
    dx, dy = torch.randint(-1, 2, (2,)).tolist()
    x = torch.roll(x, shifts=(dy, dx), dims=(2, 3))
    x = x * (torch.rand(len(x), 1, 1, 1) * 0.4 + 0.8)
    return x + 0.1 * torch.randn_like(x)


def nt_xent(z1, z2, tau=0.2):
    n = z1.size(0)
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    sim = z @ z.T / tau
    sim = sim.masked_fill(torch.eye(2 * n, dtype=torch.bool), float("-inf"))
    target = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, target)


encoder = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
projector = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 32))
opt = torch.optim.Adam([*encoder.parameters(), *projector.parameters()], lr=2e-3)

for epoch in range(4):
    encoder.train()
    tot, steps = 0.0, 0
    for idx in torch.randperm(len(tr)).split(128):
        if len(idx) < 32:
            continue
        xb = tr[idx]
        loss = nt_xent(projector(encoder(augment(xb))), projector(encoder(augment(xb))))
        opt.zero_grad(); loss.backward(); opt.step()
        tot += loss.item(); steps += 1
    print(f"epoch {epoch}: contrastive loss {tot / steps:.3f}")

encoder.eval()
with torch.no_grad():
    f_tr, f_te = encoder(tr).numpy(), encoder(te).numpy()
probe = LogisticRegression(max_iter=500).fit(f_tr, ytr)
print("linear probe", round(probe.score(f_te, yte), 3))
