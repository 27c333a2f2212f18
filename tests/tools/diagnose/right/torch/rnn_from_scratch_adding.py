"""The adding problem with an LSTM cell written by hand."""
import torch
import torch.nn as nn

torch.manual_seed(0)


class MyLSTMCell(nn.Module):
    def __init__(self, n_in, n_hid):
        super().__init__()
        self.n_hid = n_hid
        self.W = nn.Parameter(torch.empty(n_in, 4 * n_hid))
        self.U = nn.Parameter(torch.empty(n_hid, 4 * n_hid))
        self.b = nn.Parameter(torch.zeros(4 * n_hid))
        nn.init.xavier_uniform_(self.W)
        for k in range(4):
            nn.init.orthogonal_(self.U.data[:, k * n_hid:(k + 1) * n_hid])
        self.b.data[n_hid:2 * n_hid] = 1.0            # forget gate open at the start

    def forward(self, x, state):
        h, c = state
        i, f, g, o = (x @ self.W + h @ self.U + self.b).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c


class Adder(nn.Module):
    def __init__(self, hid=24):
        super().__init__()
        self.cell, self.out = MyLSTMCell(2, hid), nn.Linear(hid, 1)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.cell.n_hid)
        c = torch.zeros_like(h)
        for t in range(x.size(1)):
            h, c = self.cell(x[:, t], (h, c))
        return self.out(h)


def batch(n, T=12):
    v = torch.rand(n, T)
    m = torch.zeros(n, T)
    half = T // 2
    m[torch.arange(n), torch.randint(0, half, (n,))] = 1
    m[torch.arange(n), torch.randint(half, T, (n,))] = 1
    return torch.stack([v, m], dim=-1), (v * m).sum(1, keepdim=True)


model = Adder()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(300):
    x, y = batch(64)
    loss = nn.functional.mse_loss(model(x), y)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    if step % 100 == 0:
        print(step, round(loss.item(), 4))
with torch.no_grad():
    x, y = batch(500)
    print("test mse", nn.functional.mse_loss(model(x), y).item(), "guessing the mean", y.var().item())
