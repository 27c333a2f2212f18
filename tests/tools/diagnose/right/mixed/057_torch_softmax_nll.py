"""Digits with a model that ends in softmax; the log is taken before NLLLoss."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class ProbNet(nn.Module):
    """Returns probabilities, because the calling service wants them."""

    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc = nn.Linear(32 * 2 * 2, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.softmax(self.fc(x.flatten(1)), dim=1)


def main():
    torch.manual_seed(1)
    d = load_digits()
    X = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16.0
    y = torch.tensor(d.target)
    itr, ite = train_test_split(range(len(y)), test_size=0.2, stratify=d.target, random_state=1)
    X_tr, y_tr, X_te, y_te = X[itr], y[itr], X[ite], y[ite]

    model = ProbNet()
    nll = nn.NLLLoss()
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(12):
        perm = torch.randperm(len(X_tr))
        for chunk in perm.split(64):
            p = model(X_tr[chunk])
            loss = nll(torch.log(p.clamp_min(1e-8)), y_tr[chunk])
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(f"{epoch:2d} last batch loss {loss.item():.4f}")

    model.eval()
    with torch.inference_mode():
        p = model(X_te)
    print("rows sum to one:", torch.allclose(p.sum(1), torch.ones(len(p)), atol=1e-5))
    print("test accuracy: %.3f" % (p.argmax(1) == y_te).float().mean())


main()
