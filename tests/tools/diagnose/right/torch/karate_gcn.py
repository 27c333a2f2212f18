import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(4)
# stochastic block model with three communities; semi-supervised node labels
N, K = 90, 3
labels = torch.arange(N) % K
same = labels[:, None] == labels[None, :]
prob = torch.where(same, torch.tensor(0.25), torch.tensor(0.03))
upper = torch.triu((torch.rand(N, N) < prob).float(), diagonal=1)
A = upper + upper.T
A_hat = A + torch.eye(N)
d = A_hat.sum(1).pow(-0.5)
A_norm = d[:, None] * A_hat * d[None, :]
X = torch.eye(N)
train_mask = torch.zeros(N, dtype=torch.bool)
for k in range(K):
    train_mask[(labels == k).nonzero().flatten()[:5]] = True


class GCNLayer(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.lin = nn.Linear(i, o, bias=False)
        self.bias = nn.Parameter(torch.zeros(o))

    def forward(self, adj, x):
        return adj @ self.lin(x) + self.bias


class GCN(nn.Module):
    def __init__(self, n_in, hidden, n_out, p=0.5):
        super().__init__()
        self.g1, self.g2, self.p = GCNLayer(n_in, hidden), GCNLayer(hidden, n_out), p

    def forward(self, adj, x):
        h = F.relu(self.g1(adj, x))
        h = F.dropout(h, self.p, training=self.training)
        return self.g2(adj, h)


gcn = GCN(N, 16, K)
opt = torch.optim.Adam([
    {"params": gcn.g1.parameters(), "weight_decay": 5e-4},
    {"params": gcn.g2.parameters(), "weight_decay": 0.0},
], lr=0.02)
for epoch in range(100):
    gcn.train()
    opt.zero_grad()
    out = gcn(A_norm, X)
    loss = F.cross_entropy(out[train_mask], labels[train_mask])
    loss.backward()
    opt.step()
gcn.eval()
with torch.no_grad():
    pred = gcn(A_norm, X).argmax(1)
print("train", (pred[train_mask] == labels[train_mask]).float().mean().item(),
      "rest", (pred[~train_mask] == labels[~train_mask]).float().mean().item())
