"""Quantisation-aware training with a hand-written straight-through estimator."""
import copy

import torch
from torch import nn
from torch.autograd import Function
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class RoundSTE(Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, g):
        return g


def fake_quant(x, bits, scale):
    q = 2 ** (bits - 1) - 1
    x = torch.clamp(x / scale, -q, q)
    return RoundSTE.apply(x) * scale


class QLinear(nn.Linear):
    bits = None

    def forward(self, x):
        if self.bits is None:
            return super().forward(x)
        scale = self.weight.detach().abs().amax(1, keepdim=True) / (2 ** (self.bits - 1) - 1)
        return nn.functional.linear(x, fake_quant(self.weight, self.bits, scale.clamp(min=1e-8)), self.bias)


def set_bits(m, bits):
    for layer in m.modules():
        if isinstance(layer, QLinear):
            layer.bits = bits
    return m


def fit(model, X, y, epochs, lr):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    for _ in range(epochs):
        for i in torch.randperm(len(X)).split(64):
            opt.zero_grad()
            nn.functional.cross_entropy(model(X[i]), y[i]).backward()
            opt.step()


def score(model, X, y):
    model.eval()
    with torch.no_grad():
        return round((model(X).argmax(1) == y).float().mean().item(), 4)


if __name__ == "__main__":
    torch.manual_seed(0)
    X, y = load_digits(return_X_y=True)
    Xa, Xb, ya, yb = train_test_split(X / 16, y, test_size=0.3, stratify=y, random_state=0)
    Xa, Xb = torch.tensor(Xa).float(), torch.tensor(Xb).float()
    ya, yb = torch.tensor(ya), torch.tensor(yb)
    net = nn.Sequential(QLinear(64, 48), nn.ReLU(), QLinear(48, 48), nn.ReLU(), QLinear(48, 10))
    fit(net, Xa, ya, 15, 3e-3)
    print("float           ", score(net, Xb, yb))
    for bits in (4, 2):
        ptq = set_bits(copy.deepcopy(net), bits)
        print(f"{bits} bit, no tuning", score(ptq, Xb, yb))
        fit(ptq, Xa, ya, 8, 1e-3)
        print(f"{bits} bit, tuned    ", score(ptq, Xb, yb))
