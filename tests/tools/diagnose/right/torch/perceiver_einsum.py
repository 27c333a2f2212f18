"""Multi-head cross attention written with einsum: learned queries read a set (permutation invariant)."""
import torch
from torch import nn, einsum

torch.manual_seed(0)


class CrossAttention(nn.Module):
    def __init__(self, d, heads=4):
        super().__init__()
        self.heads, self.dh = heads, d // heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))

    def forward(self, query, memory, mask):
        B, Q, D = query.shape
        N = memory.shape[1]
        q = self.q(query).reshape(B, Q, self.heads, self.dh)
        k = self.k(memory).reshape(B, N, self.heads, self.dh)
        v = self.v(memory).reshape(B, N, self.heads, self.dh)
        score = einsum("bqhd,bnhd->bhqn", q, k) * self.dh ** -0.5
        score = score.masked_fill(~mask[:, None, None, :], -1e9)
        out = einsum("bhqn,bnhd->bqhd", score.softmax(-1), v)
        return self.o(out.reshape(B, Q, D))


class SetNet(nn.Module):
    def __init__(self, d=32, n_latent=4):
        super().__init__()
        self.inp = nn.Sequential(nn.Linear(1, d), nn.ReLU(), nn.Linear(d, d))
        self.latent = nn.Parameter(torch.randn(n_latent, d) * 0.1)
        self.attn = CrossAttention(d)
        self.norm = nn.LayerNorm(d)
        self.out = nn.Sequential(nn.Linear(n_latent * d, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x, mask):
        mem = self.inp(x.unsqueeze(-1))
        lat = self.latent.expand(x.size(0), -1, -1)
        h = self.norm(lat + self.attn(lat, mem, mask))
        return self.out(h.flatten(1)).squeeze(-1)


def batch(n, N=8):
    x = torch.rand(n, N)
    mask = torch.arange(N) < torch.randint(2, N + 1, (n, 1))
    target = x.masked_fill(~mask, float("-inf")).max(dim=1).values
    return x, mask, target


net = SetNet()
opt = torch.optim.RAdam(net.parameters(), lr=3e-3)
for step in range(250):
    x, mask, y = batch(64)
    loss = (net(x, mask) - y).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(step, round(loss.item(), 5))
net.eval()
with torch.no_grad():
    x, mask, y = batch(200)
    p = torch.randperm(8)
    same = torch.allclose(net(x, mask), net(x[:, p], mask[:, p]), atol=1e-5)
    print("mae", (net(x, mask) - y).abs().mean().item(), "order does not matter:", same)
