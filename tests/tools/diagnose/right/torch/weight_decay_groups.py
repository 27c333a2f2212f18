import torch
import torch.nn as nn
from torch.optim.lr_scheduler import LinearLR, CosineAnnealingLR, SequentialLR

torch.manual_seed(0)


class Mixer(nn.Module):
    """A minimal MLP-mixer for toy 'patch' data."""

    def __init__(self, tokens=9, dim=24, n_classes=4, depth=2):
        super().__init__()
        self.embed = nn.Linear(4, dim)
        self.blocks = nn.ModuleList([nn.ModuleDict({
            "n1": nn.LayerNorm(dim), "tok": nn.Sequential(nn.Linear(tokens, 32), nn.GELU(), nn.Linear(32, tokens)),
            "n2": nn.LayerNorm(dim), "ch": nn.Sequential(nn.Linear(dim, 48), nn.GELU(), nn.Linear(48, dim)),
        }) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, n_classes)

    def forward(self, x):
        x = self.embed(x)
        for b in self.blocks:
            x = x + b["tok"](b["n1"](x).transpose(1, 2)).transpose(1, 2)
            x = x + b["ch"](b["n2"](x))
        return self.head(self.norm(x).mean(1))


def param_groups(model, wd):
    decay, no_decay = [], []
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        (no_decay if p.ndim <= 1 else decay).append(p)
    return [{"params": decay, "weight_decay": wd}, {"params": no_decay, "weight_decay": 0.0}]


def data(n):
    x = torch.randn(n, 9, 4)
    y = (x[:, 0, 0] > 0).long() + 2 * (x[:, 8, 1] > 0).long()
    return x, y


xtr, ytr = data(1000)
xte, yte = data(300)
model = Mixer()
groups = param_groups(model, 0.05)
assert sum(len(g["params"]) for g in groups) == len(list(model.parameters()))
opt = torch.optim.AdamW(groups, lr=4e-3)
STEPS, WARM = 6 * 20, 20
sched = SequentialLR(opt, [LinearLR(opt, 0.1, 1.0, total_iters=WARM), CosineAnnealingLR(opt, STEPS - WARM)], milestones=[WARM])
for epoch in range(6):
    model.train()
    for b in torch.randperm(len(xtr)).split(50):
        loss = nn.functional.cross_entropy(model(xtr[b]), ytr[b], label_smoothing=0.1)
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    model.eval()
    with torch.no_grad():
        print(epoch, f"lr {opt.param_groups[0]['lr']:.5f}", "acc", (model(xte).argmax(1) == yte).float().mean().item())
