import torch
from torch import nn
import torch.nn.functional as F


class Expert(nn.Sequential):
    def __init__(self, d, h):
        super().__init__(nn.Linear(d, h), nn.GELU(), nn.Linear(h, d))


class SparseMoE(nn.Module):
    def __init__(self, d=16, h=32, n_experts=4, k=2):
        super().__init__()
        self.router = nn.Linear(d, n_experts, bias=False)
        self.experts = nn.ModuleList([Expert(d, h) for _ in range(n_experts)])
        self.k = k

    def forward(self, x):
        probs = self.router(x).softmax(-1)
        w, idx = probs.topk(self.k, dim=-1)
        w = w / w.sum(-1, keepdim=True)
        out = torch.zeros_like(x)
        for e, expert in enumerate(self.experts):
            rows, slot = (idx == e).nonzero(as_tuple=True)
            if rows.numel():
                out.index_add_(0, rows, expert(x[rows]) * w[rows, slot].unsqueeze(-1))
        # Switch-style load balancing loss
        frac = F.one_hot(idx[:, 0], len(self.experts)).float().mean(0)
        balance = len(self.experts) * (frac * probs.mean(0)).sum()
        return out, balance


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp, self.moe, self.norm, self.out = nn.Linear(2, 16), SparseMoE(), nn.LayerNorm(16), nn.Linear(16, 1)

    def forward(self, x):
        h = self.inp(x)
        d, bal = self.moe(h)
        return self.out(self.norm(h + d)).squeeze(-1), bal


def target(x):
    q = (x[:, 0] > 0).float() * 2 + (x[:, 1] > 0).float()
    return torch.sin((q + 1) * x[:, 0]) + q * 0.3 * x[:, 1]


torch.manual_seed(0)
xtr, xte = torch.rand(1500, 2) * 4 - 2, torch.rand(500, 2) * 4 - 2
ytr, yte = target(xtr), target(xte)
net = Regressor()
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
for epoch in range(15):
    net.train()
    for b in torch.randperm(len(xtr)).split(100):
        pred, bal = net(xtr[b])
        loss = F.mse_loss(pred, ytr[b]) + 0.01 * bal
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        net.eval()
        with torch.no_grad():
            print(epoch, "test mse", F.mse_loss(net(xte)[0], yte).item(), "balance", bal.item())
