# Contrastive predictive coding on noisy oscillators; probe = frequency class
import torch as T, torch.nn as nn, torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
T.manual_seed(0)
S, W, K = 12, 16, 3          # steps, samples per step, prediction horizon

def data(n):
    c = T.randint(0, 3, (n, 1))
    f = T.tensor([.05, .08, .12])[c]
    ph = T.rand(n, 1) * 6.2832
    a = .5 + T.rand(n, 1)
    x = a * T.sin(6.2832 * f * T.arange(S * W) + ph) + .5 * T.randn(n, S * W)
    return x.view(n, S, W), c.squeeze(1)

class CPC(nn.Module):
    def __init__(s, d=16, h=24):
        super().__init__()
        s.enc = nn.Sequential(nn.Linear(W, 48), nn.ReLU(), nn.Linear(48, d))
        s.ar = nn.GRU(d, h, batch_first=True)
        s.pred = nn.ModuleList(nn.Linear(h, d, bias=False) for _ in range(K))
    def forward(s, x):
        z = s.enc(x)
        c, _ = s.ar(z)
        return z, c
    def loss(s, x):
        z, c = s(x)
        n = len(x)
        tot, hit = 0., 0.
        for k, P in enumerate(s.pred, 1):
            p, q = P(c[:, :-k]), z[:, k:]             # n, S-k, d
            lg = T.einsum('itd,jtd->tij', p, q)       # negatives: other sequences, same time
            y = T.arange(n).expand(lg.size(0), n)
            tot = tot + F.cross_entropy(lg.reshape(-1, n), y.reshape(-1))
            hit += (lg.argmax(-1) == y).float().mean().item()
        return tot / K, hit / K

def probe(m):
    m.eval()
    with T.no_grad():
        a, b = m(X)[1][:, -1].numpy(), m(Xt)[1][:, -1].numpy()
    m.train()
    return LogisticRegression(max_iter=1000).fit(a, Y.numpy()).score(b, Yt.numpy())

X, Y = data(800)
Xt, Yt = data(400)
m = CPC()
print('random features', probe(m))
o = T.optim.Adam(m.parameters(), 2e-3)
for e in range(10):
    for b in T.randperm(len(X)).split(80):
        l, h = m.loss(X[b])
        o.zero_grad(); l.backward(); o.step()
    if e % 3 == 0: print(e, round(l.item(), 4), round(h, 3))
print('CPC features', probe(m))
