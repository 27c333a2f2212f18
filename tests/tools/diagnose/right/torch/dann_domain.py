import torch
import torch.nn as nn

torch.manual_seed(0)


class Reverse(torch.autograd.Function):
    """Identity forwards, minus lambda times the gradient backwards."""

    @staticmethod
    def forward(ctx, x, lam):
        ctx.lam = lam
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -ctx.lam * g, None


def domain(n, angle, seed):
    g = torch.Generator().manual_seed(seed)
    y = torch.randint(0, 2, (n,), generator=g)
    x = torch.randn(n, 2, generator=g) * 0.5 + torch.where(y[:, None] == 1, torch.tensor([1.5, 0.0]), torch.tensor([-1.5, 0.0]))
    a = torch.tensor(angle)
    R = torch.stack([torch.stack([a.cos(), -a.sin()]), torch.stack([a.sin(), a.cos()])])
    return x @ R.T, y


xs, ys = domain(600, 0.0, 1)
xt, _ = domain(600, 0.6, 2)                 # unlabelled target
xt_test, yt_test = domain(300, 0.6, 3)

features = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
label_head = nn.Linear(16, 2)
domain_head = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))
mods = nn.ModuleList([features, label_head, domain_head])
opt = torch.optim.Adam(mods.parameters(), lr=2e-3)
STEPS = 300
for step in range(STEPS):
    p = step / STEPS
    lam = 2 / (1 + torch.exp(torch.tensor(-10.0 * p)).item()) - 1
    i, j = torch.randint(0, 600, (64,)), torch.randint(0, 600, (64,))
    fs, ft = features(xs[i]), features(xt[j])
    cls = nn.functional.cross_entropy(label_head(fs), ys[i])
    d_logit = domain_head(Reverse.apply(torch.cat([fs, ft]), lam)).squeeze(-1)
    d_true = torch.cat([torch.zeros(64), torch.ones(64)])
    dom = nn.functional.binary_cross_entropy_with_logits(d_logit, d_true)
    loss = cls + 0.5 * dom
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, f"class {cls.item():.3f} domain {dom.item():.3f} lambda {lam:.2f}")
mods.eval()
with torch.no_grad():
    print("target accuracy", (label_head(features(xt_test)).argmax(1) == yt_test).float().mean().item())
