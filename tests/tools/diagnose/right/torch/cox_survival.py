"""Cox proportional hazards with a neural risk score (Efron ties not needed: times are continuous)."""
import torch
import torch.nn as nn

torch.manual_seed(0)
n, d = 600, 5
X = torch.randn(n, d)
risk = 0.8 * X[:, 0] - 0.6 * X[:, 1] + 0.4 * X[:, 2] ** 2
T = torch.distributions.Exponential(torch.exp(risk)).sample()
C = torch.distributions.Exponential(torch.tensor(0.5)).sample((n,))
time, event = torch.minimum(T, C), (T <= C).float()
tr, te = slice(0, 450), slice(450, n)


def cox_loss(score, time, event):
    order = torch.argsort(time, descending=True)
    score, event = score[order], event[order]
    log_risk_set = torch.logcumsumexp(score, dim=0)
    return -((score - log_risk_set) * event).sum() / event.sum().clamp(min=1)


def c_index(score, time, event):
    earlier = (time[:, None] < time[None, :]) & (event[:, None] == 1)
    conc = (score[:, None] > score[None, :]).float() + 0.5 * (score[:, None] == score[None, :]).float()
    return (conc * earlier).sum() / earlier.sum()


net = nn.Sequential(nn.Linear(d, 32), nn.SELU(), nn.Linear(32, 1, bias=False))
opt = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=1e-2)
for epoch in range(80):
    loss = cox_loss(net(X[tr]).squeeze(-1), time[tr], event[tr])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % 20 == 0:
        print(epoch, round(loss.item(), 4))
with torch.no_grad():
    print("C-index on held-out patients", round(c_index(net(X[te]).squeeze(-1), time[te], event[te]).item(), 3))
