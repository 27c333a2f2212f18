"""Quantisation-aware training with a straight-through estimator."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class RoundSTE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, g):
        return g


def fake_quant(w, bits=4):
    qmax = 2 ** (bits - 1) - 1
    scale = w.detach().abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / qmax
    return RoundSTE.apply((w / scale).clamp(-qmax, qmax)) * scale


class QLinear(nn.Linear):
    bits = 4
    enabled = True

    def forward(self, x):
        w = fake_quant(self.weight, self.bits) if self.enabled else self.weight
        return F.linear(x, w, self.bias)


def main():
    torch.manual_seed(0)
    X, y = load_digits(return_X_y=True)
    X = torch.tensor(X / 16.0, dtype=torch.float32)
    y = torch.tensor(y)
    itr, ite = train_test_split(range(len(X)), test_size=0.25, random_state=0, stratify=y)
    model = nn.Sequential(QLinear(64, 48), nn.ReLU(), QLinear(48, 10))
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    itr = torch.tensor(itr)
    for epoch in range(8):
        QLinear.enabled = epoch >= 3          # float warm-up, then quantised
        for b in itr[torch.randperm(len(itr))].split(64):
            loss = F.cross_entropy(model(X[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
    model.eval()
    with torch.no_grad():
        for flag in (False, True):
            QLinear.enabled = flag
            acc = (model(X[ite]).argmax(1) == y[ite]).float().mean().item()
            print("4-bit" if flag else "float", round(acc, 4))


if __name__ == "__main__":
    main()
