import torch
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from torch import nn


class SAM(torch.optim.Optimizer):
    """Sharpness-aware minimisation; step() wants a closure that does zero_grad, forward and backward."""

    def __init__(self, params, base, rho=0.05, **kw):
        super().__init__(params, dict(rho=rho, **kw))
        self.base = base(self.param_groups, **kw)
        self.param_groups = self.base.param_groups

    def _grad_norm(self):
        return torch.stack([p.grad.norm() for g in self.param_groups for p in g["params"] if p.grad is not None]).norm()

    def step(self, closure):
        with torch.enable_grad():
            loss = closure()
        with torch.no_grad():
            norm = self._grad_norm() + 1e-12
            for g in self.param_groups:
                for p in g["params"]:
                    if p.grad is None:
                        continue
                    e = p.grad * (g["rho"] / norm)
                    p.add_(e)
                    self.state[p]["e"] = e
        with torch.enable_grad():
            closure()
        with torch.no_grad():
            for g in self.param_groups:
                for p in g["params"]:
                    if "e" in self.state[p]:
                        p.sub_(self.state[p].pop("e"))
        self.base.step()
        return loss


def run(use_sam, seed):
    X, y = make_classification(900, 30, n_informative=8, flip_y=0.1, class_sep=0.8, random_state=0)
    Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
    Xa, Xb = torch.tensor(Xa, dtype=torch.float32), torch.tensor(Xb, dtype=torch.float32)
    ya, yb = torch.tensor(ya), torch.tensor(yb)
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 2))
    kw = dict(lr=0.05, momentum=0.9)
    opt = SAM(net.parameters(), torch.optim.SGD, rho=0.1, **kw) if use_sam else torch.optim.SGD(net.parameters(), **kw)
    for _ in range(30):
        for i in torch.randperm(len(Xa)).split(50):

            def closure():
                opt.zero_grad()
                loss = nn.functional.cross_entropy(net(Xa[i]), ya[i])
                loss.backward()
                return loss

            opt.step(closure)
    net.eval()
    with torch.no_grad():
        return (net(Xb).argmax(1) == yb).float().mean().item()


for flag in (False, True):
    acc = torch.tensor([run(flag, s) for s in range(3)])
    print("SAM" if flag else "SGD", f"{acc.mean():.4f} +- {acc.std():.4f}")
