"""SimCLR on 8x8 digits, followed by a linear probe on frozen features."""
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(0)
imgs, labels = load_digits(return_X_y=True)
tr_x, te_x, tr_y, te_y = train_test_split(imgs / 16.0, labels, test_size=0.25, stratify=labels, random_state=0)
tr_x = torch.tensor(tr_x, dtype=torch.float32).view(-1, 1, 8, 8)
te_x = torch.tensor(te_x, dtype=torch.float32).view(-1, 1, 8, 8)


def augment(x):
    n = len(x)
    dx, dy = torch.randint(-1, 2, (2,)).tolist()
    x = torch.roll(x, shifts=(dx, dy), dims=(2, 3))
    scale = 0.8 + 0.4 * torch.rand(n, 1, 1, 1)
    drop = (torch.rand_like(x) > 0.1).float()
    return x * scale * drop + 0.05 * torch.randn_like(x)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                               nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 16, 64))
        self.g = nn.Sequential(nn.ReLU(), nn.Linear(64, 32))

    def forward(self, x):
        return F.normalize(self.g(self.f(x)), dim=1)


def nt_xent(z1, z2, tau=0.2):
    n = z1.size(0)
    z = torch.cat([z1, z2])
    sim = z @ z.t() / tau
    sim.fill_diagonal_(float("-inf"))
    target = torch.cat([torch.arange(n) + n, torch.arange(n)])
    return F.cross_entropy(sim, target)


@torch.no_grad()
def features(enc, x):
    enc.eval()
    return enc.f(x).numpy()


def probe(enc):
    clf = LogisticRegression(max_iter=500).fit(features(enc, tr_x), tr_y)
    return clf.score(features(enc, te_x), te_y)


enc = Encoder()
print("probe on random encoder", probe(enc))
opt = torch.optim.Adam(enc.parameters(), lr=1e-3)
for epoch in range(5):
    enc.train()
    for idx in torch.randperm(len(tr_x)).split(128):
        if len(idx) < 2:
            continue
        b = tr_x[idx]
        loss = nt_xent(enc(augment(b)), enc(augment(b)))
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("probe after pretraining", probe(enc))
