import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(9)


def random_graphs(n_graphs, kind_seed):
    """Each graph: ring (0) or star (1), 6-10 nodes; returns one big disjoint graph."""
    g = torch.Generator().manual_seed(kind_seed)
    src, dst, batch, labels, base = [], [], [], [], 0
    for k in range(n_graphs):
        n = int(torch.randint(6, 11, (1,), generator=g))
        kind = k % 2
        edges = [(i, (i + 1) % n) for i in range(n)] if kind == 0 else [(0, i) for i in range(1, n)]
        edges += [tuple(torch.randint(0, n, (2,), generator=g).tolist())]      # a noisy edge
        for a, b in edges:
            src += [base + a, base + b]; dst += [base + b, base + a]
        loops = list(range(base, base + n))
        src += loops; dst += loops
        batch += [k] * n
        labels.append(kind)
        base += n
    edge = torch.tensor([src, dst])
    return edge, torch.tensor(batch), torch.tensor(labels), base


class GAT(nn.Module):
    def __init__(self, d_in, d_out, heads=2):
        super().__init__()
        self.h, self.d = heads, d_out
        self.w = nn.Linear(d_in, heads * d_out, bias=False)
        self.a_src = nn.Parameter(torch.randn(heads, d_out) * 0.1)
        self.a_dst = nn.Parameter(torch.randn(heads, d_out) * 0.1)

    def forward(self, x, edge):
        n = x.size(0)
        s, t = edge
        z = self.w(x).view(n, self.h, self.d)
        e = F.leaky_relu((z * self.a_src).sum(-1)[s] + (z * self.a_dst).sum(-1)[t], 0.2)
        top = torch.full((n, self.h), float("-inf")).scatter_reduce(0, t[:, None].expand_as(e), e.detach(), "amax")
        w = (e - top[t]).exp()
        denom = torch.zeros(n, self.h).index_add(0, t, w)
        alpha = w / denom[t]
        out = torch.zeros(n, self.h, self.d).index_add(0, t, alpha.unsqueeze(-1) * z[s])
        return out.flatten(1)


class GraphClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.g1, self.g2 = GAT(2, 8), GAT(16, 8)
        self.fc = nn.Linear(16, 2)

    def forward(self, x, edge, batch, n_graphs):
        h = F.elu(self.g1(x, edge))
        h = F.elu(self.g2(h, edge))
        summed = torch.zeros(n_graphs, h.size(1)).index_add(0, batch, h)
        count = torch.bincount(batch, minlength=n_graphs).unsqueeze(1)
        return self.fc(summed / count)


def features(edge, n):
    deg = torch.bincount(edge[1], minlength=n).float()
    return torch.stack([torch.ones(n), deg / 10], dim=1)


train, test = random_graphs(120, 1), random_graphs(60, 2)
model = GraphClassifier()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(60):
    edge, batch, y, n = train
    loss = F.cross_entropy(model(features(edge, n), edge, batch, len(y)), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % 20 == 0:
        print(epoch, round(loss.item(), 4))
with torch.no_grad():
    edge, batch, y, n = test
    print("test accuracy", (model(features(edge, n), edge, batch, len(y)).argmax(1) == y).float().mean().item())
