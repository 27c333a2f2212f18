import torch
import torch.nn as nn
import torch.nn.functional as F


class PointerNet(nn.Module):
    def __init__(self, h=48):
        super().__init__()
        self.enc = nn.LSTM(1, h, batch_first=True, bidirectional=True)
        self.dec = nn.LSTMCell(2 * h, h)
        self.Wk, self.Wq = nn.Linear(2 * h, h, bias=False), nn.Linear(h, h, bias=False)
        self.v = nn.Linear(h, 1, bias=False)
        self.start = nn.Parameter(torch.zeros(2 * h))
        self.init = nn.Linear(2 * h, h)

    def forward(self, x, order=None):
        B, n, _ = x.shape
        enc, _ = self.enc(x)
        keys = self.Wk(enc)
        h = torch.tanh(self.init(enc.mean(1)))
        c = torch.zeros_like(h)
        inp = self.start.expand(B, -1)
        used = torch.zeros(B, n, dtype=torch.bool)
        logits, picks = [], []
        ar = torch.arange(B)
        for t in range(n):
            h, c = self.dec(inp, (h, c))
            u = self.v(torch.tanh(keys + self.Wq(h).unsqueeze(1))).squeeze(-1)
            u = u.masked_fill(used, float("-inf"))
            logits.append(u)
            p = order[:, t] if order is not None else u.argmax(1)
            picks.append(p)
            used = used.clone()
            used[ar, p] = True
            inp = enc[ar, p]
        return torch.stack(logits, 1), torch.stack(picks, 1)


torch.manual_seed(0)
net = PointerNet()
opt = torch.optim.Adam(net.parameters(), lr=4e-3)
n = 5
for step in range(150):
    x = torch.rand(128, n, 1)
    order = x.squeeze(-1).argsort(1)
    logits, _ = net(x, order)
    loss = F.cross_entropy(logits.reshape(-1, n), order.reshape(-1))
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 2.0)
    opt.step()
    if step % 30 == 0:
        print(step, loss.item())
with torch.no_grad():
    x = torch.rand(500, n, 1)
    _, picks = net(x)
    gold = x.squeeze(-1).argsort(1)
print("element accuracy", (picks == gold).float().mean().item(), "exact", (picks == gold).all(1).float().mean().item())
