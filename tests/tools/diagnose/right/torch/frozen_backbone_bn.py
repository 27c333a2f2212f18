"""Fine-tune a head on a frozen backbone whose BatchNorm must not move (source: digits 0-4, target: 5-9)."""
import torch
from torch import nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class Backbone(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        )


class Classifier(nn.Module):
    def __init__(self, backbone, n_classes, freeze=False):
        super().__init__()
        self.backbone, self.freeze = backbone, freeze
        self.head = nn.Linear(128, n_classes)
        if freeze:
            backbone.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        if self.freeze:
            self.backbone.eval()
        return self

    def forward(self, x):
        return self.head(self.backbone(x))


def fit(model, X, y, epochs, lr=3e-3):
    opt = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=lr)
    for _ in range(epochs):
        model.train()
        for i in torch.randperm(len(X)).split(32):
            opt.zero_grad()
            nn.functional.cross_entropy(model(X[i]), y[i]).backward()
            opt.step()
    return model


@torch.no_grad()
def accuracy(model, X, y):
    model.eval()
    return round((model(X).argmax(1) == y).float().mean().item(), 3)


X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16).float().view(-1, 1, 8, 8), torch.tensor(y)
src = y < 5
torch.manual_seed(0)
pre = fit(Classifier(Backbone(), 5), X[src], y[src], 10)

Xt, yt = X[~src], y[~src] - 5
tr, te = train_test_split(range(len(yt)), train_size=50, stratify=yt, random_state=0)

before = {k: v.clone() for k, v in pre.backbone.state_dict().items()}
torch.manual_seed(1)
tuned = fit(Classifier(pre.backbone, 5, freeze=True), Xt[tr], yt[tr], 40)
assert all(torch.equal(v, before[k]) for k, v in tuned.backbone.state_dict().items())
torch.manual_seed(1)
random = fit(Classifier(Backbone(), 5, freeze=True), Xt[tr], yt[tr], 40)
print("head on the pretrained backbone", accuracy(tuned, Xt[te], yt[te]))
print("head on a random backbone      ", accuracy(random, Xt[te], yt[te]))
