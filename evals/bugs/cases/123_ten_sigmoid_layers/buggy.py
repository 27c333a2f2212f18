import torch
from sklearn.datasets import load_digits
from torch import nn


def block(inputs, outputs):
    return [nn.Linear(inputs, outputs), nn.Sigmoid()]


def build(depth=10, width=48):
    layers = block(64, width)
    for _ in range(depth - 1):
        layers += block(width, width)
    return nn.Sequential(*layers, nn.Linear(width, 10))


def main():
    torch.manual_seed(0)
    digits = load_digits()
    x = torch.tensor(digits.data / 16, dtype=torch.float32)
    y = torch.tensor(digits.target)
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(200):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        if epoch % 50 == 0:
            print(epoch, loss.item())
    print("accuracy", (model(x).argmax(dim=1) == y).float().mean().item())


main()
