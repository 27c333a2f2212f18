import torch
import torch.nn as nn
import torch.nn.functional as F


class Classifier(nn.Module):
    def __init__(self, inputs, hidden=32):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        return torch.sigmoid(self.fc2(x))


def make_data(n=800):
    g = torch.Generator().manual_seed(3)
    x = torch.randn(n, 6, generator=g)
    y = ((x[:, 0] * x[:, 1]) > 0).float().unsqueeze(1)
    return x, y


def train(model, x, y, epochs=150):
    loss_fn = nn.BCEWithLogitsLoss()
    opt = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(epochs):
        opt.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        opt.step()
    return loss.item()


torch.manual_seed(0)
x, y = make_data()
print("final loss", train(Classifier(6), x, y))
