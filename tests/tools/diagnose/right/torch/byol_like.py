import copy

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch import nn


def mlp(i, h, o):
    return nn.Sequential(nn.Linear(i, h), nn.BatchNorm1d(h), nn.ReLU(), nn.Linear(h, o))


class BYOL(nn.Module):
    def __init__(self, tau=0.98):
        super().__init__()
        self.encoder = mlp(64, 128, 64)
        self.projector = mlp(64, 64, 32)
        self.predictor = mlp(32, 64, 32)
        self.target = copy.deepcopy(nn.Sequential(self.encoder, self.projector)).requires_grad_(False)
        self.tau = tau

    def online(self, x):
        return self.predictor(self.projector(self.encoder(x)))

    @torch.no_grad()
    def update_target(self):
        src = list(self.encoder.parameters()) + list(self.projector.parameters())
        for t, s in zip(self.target.parameters(), src, strict=True):
            t.lerp_(s, 1 - self.tau)

    def forward(self, a, b):
        with torch.no_grad():
            ta, tb = self.target(a), self.target(b)
        return 2 - F.cosine_similarity(self.online(a), tb).mean() - F.cosine_similarity(self.online(b), ta).mean()


def augment(x):
    img = x.view(-1, 8, 8)
    dr, dc = torch.randint(-1, 2, (2,)).tolist()
    img = img.roll((dr, dc), (1, 2))
    x = img.reshape(len(x), 64)
    keep = (torch.rand_like(x) > 0.15).float()
    return x * keep + 0.1 * torch.randn_like(x)


@torch.no_grad()
def embed(model, x):
    model.eval()
    return model.encoder(x).numpy()


torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16, dtype=torch.float32)
tr, te = train_test_split(range(len(y)), test_size=0.3, stratify=y, random_state=0)
model = BYOL()


def probe():
    f = embed(model, X)
    return LogisticRegression(max_iter=3000).fit(f[tr[:60]], y[tr[:60]]).score(f[te], y[te])


print("probe before", round(probe(), 3))
opt = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=2e-3, weight_decay=1e-4)
for epoch in range(60):
    model.train()
    for i in torch.randperm(len(tr)).split(252):
        xb = X[torch.tensor(tr)[i]]
        loss = model(augment(xb), augment(xb))
        opt.zero_grad()
        loss.backward()
        opt.step()
        model.update_target()
print("loss", round(loss.item(), 3), " std of embedding", round(float(embed(model, X).std(0).mean()), 3))
print("probe after ", round(probe(), 3))
