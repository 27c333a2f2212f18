import math

import torch
from torch import nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int = 4, alpha: float = 8.0):
        super().__init__()
        self.base = base
        self.base.requires_grad_(False)
        self.A = nn.Parameter(torch.empty(r, base.in_features))
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        out = nn.Linear(self.base.in_features, self.base.out_features)
        out.weight.copy_(self.base.weight + self.scale * self.B @ self.A)
        out.bias.copy_(self.base.bias)
        return out


def inject(module: nn.Module, r: int) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, LoRALinear(child, r))
        else:
            inject(child, r)


def fit(model, X, y, epochs, lr):
    params = [p for p in model.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(params, lr=lr)
    model.train()
    for _ in range(epochs):
        for idx in torch.randperm(len(X)).split(64):
            opt.zero_grad()
            nn.functional.cross_entropy(model(X[idx]), y[idx]).backward()
            opt.step()


def acc(model, X, y):
    model.eval()
    with torch.no_grad():
        return (model(X).argmax(-1) == y).float().mean().item()


def main():
    torch.manual_seed(5)
    X, y = load_digits(return_X_y=True)
    X = torch.tensor(X / 16.0, dtype=torch.float32)
    y = torch.tensor(y)
    tr, te = train_test_split(range(len(X)), test_size=0.3, stratify=y, random_state=5)
    upside_down = X.reshape(-1, 8, 8).flip(1).reshape(-1, 64)

    net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
    fit(net, X[tr], y[tr], 15, 2e-3)
    print("upright  :", acc(net, X[te], y[te]))
    print("flipped  :", acc(net, upside_down[te], y[te]))

    before = net[0].weight.clone()
    inject(net, r=4)
    n_train = sum(p.numel() for p in net.parameters() if p.requires_grad)
    n_all = sum(p.numel() for p in net.parameters())
    print(f"trainable {n_train} of {n_all}")
    fit(net, upside_down[tr], y[tr], 15, 4e-3)
    assert torch.equal(before, net[0].base.weight)
    print("adapted  :", acc(net, upside_down[te], y[te]))

    merged = nn.Sequential(*[m.merged() if isinstance(m, LoRALinear) else m for m in net])
    with torch.no_grad():
        print("max merge error", (merged(X[te]) - net(X[te])).abs().max().item())


main()
