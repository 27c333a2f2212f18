import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)


def qparams(lo, hi, bits=8):
    qmin, qmax = 0, 2 ** bits - 1
    lo, hi = min(lo, 0.0), max(hi, 0.0)
    scale = max((hi - lo) / (qmax - qmin), 1e-8)
    zp = int(round(qmin - lo / scale))
    return scale, min(max(zp, qmin), qmax)


def quant(x, scale, zp):
    return torch.clamp(torch.round(x / scale) + zp, 0, 255).to(torch.uint8)


def quant_weight(w):
    """symmetric, per output channel"""
    s = w.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
    return torch.clamp(torch.round(w / s), -127, 127).to(torch.int8), s


class QLinear:
    def __init__(self, lin, in_range):
        self.s_x, self.zp = qparams(*in_range)
        self.wq, self.s_w = quant_weight(lin.weight.detach())
        self.bias = lin.bias.detach()

    def __call__(self, x):
        xq = quant(x, self.s_x, self.zp).to(torch.int32) - self.zp
        acc = xq @ self.wq.to(torch.int32).t()
        return acc.float() * self.s_x * self.s_w.t() + self.bias


X, y = load_digits(return_X_y=True)
a, b, c, d = train_test_split(X / 16.0, y, test_size=0.3, random_state=0)
xt, xe = torch.tensor(a).float(), torch.tensor(b).float()
yt, ye = torch.tensor(c), torch.tensor(d)
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
opt = torch.optim.Adam(net.parameters(), 2e-3)
for _ in range(12):
    for i in torch.randperm(len(xt)).split(64):
        opt.zero_grad()
        F.cross_entropy(net(xt[i]), yt[i]).backward()
        opt.step()
net.eval()

ranges, hooks = {}, []
for name, m in net.named_modules():
    if isinstance(m, nn.Linear):
        def observe(mod, inp, out, name=name):
            ranges[name] = (inp[0].min().item(), inp[0].max().item())
        hooks.append(m.register_forward_hook(observe))
with torch.no_grad():
    net(xt)          # calibration on training data
for h in hooks:
    h.remove()

qnet = [QLinear(m, ranges[n]) if isinstance(m, nn.Linear) else m for n, m in net.named_children()]


@torch.no_grad()
def run(layers, x):
    for l in layers:
        x = l(x)
    return x


fp, q = run(net, xe), run(qnet, xe)
print("float acc", (fp.argmax(1) == ye).float().mean().item(), "int8 acc", (q.argmax(1) == ye).float().mean().item())
print("max logit difference", (fp - q).abs().max().item())
