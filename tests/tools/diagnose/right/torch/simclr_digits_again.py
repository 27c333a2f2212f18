"""SimCLR on 8x8 digits, then a linear probe on the frozen encoder."""
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(7)
X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16, dtype=torch.float32).view(-1, 1, 8, 8)
tr, te = train_test_split(range(len(X)), test_size=0.3, stratify=y, random_state=7)


def augment(x):
    n = len(x)
    theta = (torch.rand(n) - 0.5) * 0.5
    s = 1 + (torch.rand(n) - 0.5) * 0.3
    shift = (torch.rand(n, 2) - 0.5) * 0.3
    c, d = theta.cos() * s, theta.sin() * s
    A = torch.stack([torch.stack([c, -d, shift[:, 0]], 1), torch.stack([d, c, shift[:, 1]], 1)], 1)
    grid = F.affine_grid(A, x.shape, align_corners=False)
    x = F.grid_sample(x, grid, align_corners=False)
    return x + 0.1 * torch.randn_like(x)


def nt_xent(a, b, tau=0.3):
    z = F.normalize(torch.cat([a, b]), dim=1)
    sim = z @ z.T / tau
    sim.fill_diagonal_(float("-inf"))
    n = len(a)
    target = torch.arange(2 * n).roll(n)
    return F.cross_entropy(sim, target)


encoder = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.Flatten(),
)
head = nn.Sequential(nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, 32))


def probe():
    encoder.eval()
    with torch.no_grad():
        f = encoder(X).numpy()
    clf = LogisticRegression(max_iter=2000, C=0.1).fit(f[tr[:100]], y[tr[:100]])
    return clf.score(f[te], y[te])


print("probe, random features   ", round(probe(), 3))
opt = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=2e-3, weight_decay=1e-4)
unlabelled = X[tr]
for epoch in range(25):
    encoder.train()
    head.train()
    for idx in torch.randperm(len(unlabelled)).split(256):
        if len(idx) < 2:
            continue
        v1, v2 = augment(unlabelled[idx]), augment(unlabelled[idx])
        loss = nt_xent(head(encoder(v1)), head(encoder(v2)))
        opt.zero_grad()
        loss.backward()
        opt.step()
print("last contrastive loss    ", round(loss.item(), 3))
print("probe, contrastive       ", round(probe(), 3), "(100 labels)")
