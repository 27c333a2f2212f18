import torch
from sklearn.datasets import load_digits
from torch import nn, optim


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.85), nn.Linear(128, 10))

    def forward(self, x):
        return self.body(x)


def evaluate(net, x, y):
    net.eval()
    with torch.no_grad():
        return (net(x).argmax(dim=1) == y).float().mean().item()


def main():
    torch.manual_seed(0)
    digits = load_digits()
    x = torch.tensor(digits.data, dtype=torch.float32) / 16
    y = torch.tensor(digits.target)
    x_train, y_train, x_test, y_test = x[:1300], y[:1300], x[1300:], y[1300:]
    net = Net()
    opt = optim.Adam(net.parameters(), lr=0.005)
    for epoch in range(120):
        net.train()
        opt.zero_grad()
        nn.functional.cross_entropy(net(x_train), y_train).backward()
        opt.step()
    print("accuracy:", evaluate(net, x_test, y_test))


if __name__ == "__main__":
    main()
