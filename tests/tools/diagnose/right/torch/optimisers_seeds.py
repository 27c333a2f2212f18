"""Compare optimisers over several seeds; each run starts from the same weights for a given seed."""
import copy
import statistics
import torch
from torch import nn
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

RAW = load_wine()


def make_data(seed):
    a, b, ya, yb = train_test_split(RAW.data, RAW.target, test_size=0.3, random_state=seed, stratify=RAW.target)
    m, s = a.mean(0), a.std(0)
    f = lambda t: torch.tensor((t - m) / s, dtype=torch.float32)
    return f(a), torch.tensor(ya), f(b), torch.tensor(yb)


OPTIMS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=2e-3),
    "adam": lambda p: torch.optim.Adam(p, lr=5e-3),
}
table = {k: [] for k in OPTIMS}
for seed in range(4):
    xa, ya, xb, yb = make_data(seed)
    torch.manual_seed(seed)
    start = nn.Sequential(nn.Linear(13, 24), nn.Tanh(), nn.Linear(24, 3))
    for name, make in OPTIMS.items():
        net = copy.deepcopy(start)
        opt = make(net.parameters())
        g = torch.Generator().manual_seed(seed)
        for epoch in range(15):
            for idx in torch.randperm(len(xa), generator=g).split(16):
                opt.zero_grad()
                loss = nn.functional.cross_entropy(net(xa[idx]), ya[idx])
                loss.backward()
                opt.step()
        with torch.no_grad():
            table[name].append(nn.functional.cross_entropy(net(xb), yb).item())
for name, v in sorted(table.items(), key=lambda kv: statistics.mean(kv[1])):
    print(f"{name:9s} test loss {statistics.mean(v):.4f} +- {statistics.stdev(v):.4f}")
