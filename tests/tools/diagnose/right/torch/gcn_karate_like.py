import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(5)
N, C, Fdim = 150, 3, 12
labels = torch.arange(N) % C
prob = torch.where(labels[:, None] == labels[None], 0.12, 0.015)
upper = torch.triu((torch.rand(N, N) < prob).float(), 1)
A = upper + upper.t()
feats = torch.randn(N, Fdim) + 0.6 * torch.eye(C, Fdim)[labels]

A_hat = A + torch.eye(N)
deg_inv_sqrt = A_hat.sum(1).pow(-0.5)
A_norm = deg_inv_sqrt[:, None] * A_hat * deg_inv_sqrt[None, :]

order = torch.randperm(N)
train_idx, val_idx, test_idx = order[:30], order[30:70], order[70:]


class GCNLayer(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.lin = nn.Linear(i, o, bias=False)
        self.bias = nn.Parameter(torch.zeros(o))

    def forward(self, adj, x):
        return adj @ self.lin(x) + self.bias


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = GCNLayer(Fdim, 16), GCNLayer(16, C)

    def forward(self, adj, x):
        h = F.dropout(F.relu(self.l1(adj, x)), 0.5, training=self.training)
        return self.l2(adj, h)


model = GCN()
opt = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
best_val, best_test = 0.0, 0.0
for epoch in range(120):
    model.train()
    opt.zero_grad()
    out = model(A_norm, feats)
    loss = F.cross_entropy(out[train_idx], labels[train_idx])
    loss.backward()
    opt.step()

    model.eval()
    with torch.no_grad():
        pred = model(A_norm, feats).argmax(1)
    val = (pred[val_idx] == labels[val_idx]).float().mean().item()
    if val > best_val:
        best_val = val
        best_test = (pred[test_idx] == labels[test_idx]).float().mean().item()
print(f"val {best_val:.3f}, test at best val {best_test:.3f}")
