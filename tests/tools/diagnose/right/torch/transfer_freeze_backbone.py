"""Pre-train on digits 0-4, keep the backbone frozen, new head for 5-9."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset

device = 'cuda' if torch.cuda.is_available() else 'cpu'
torch.manual_seed(0)

X, y = load_digits(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16
y = torch.tensor(y)
source = y < 5


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(24, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
        self.out_features = 48 * 4

    def forward(self, x):
        return self.features(x)


class Classifier(nn.Module):
    def __init__(self, backbone, n_classes):
        super().__init__()
        self.backbone = backbone
        self.fc = nn.Linear(backbone.out_features, n_classes)

    def forward(self, x):
        return self.fc(self.backbone(x))


def loaders(X, y, test_size):
    tr, te = train_test_split(range(len(y)), test_size=test_size, random_state=0, stratify=y.numpy())
    return (DataLoader(TensorDataset(X[tr], y[tr]), batch_size=32, shuffle=True),
            DataLoader(TensorDataset(X[te], y[te]), batch_size=256))


def train_one_epoch(model, loader, optimizer, frozen_backbone=False):
    model.train()
    if frozen_backbone:
        model.backbone.eval()  # keep the running statistics of batch norm
    for xb, yb in loader:
        xb, yb = xb.to(device), yb.to(device)
        loss = nn.functional.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def accuracy(model, loader):
    model.eval()
    good, total = 0, 0
    with torch.no_grad():
        for xb, yb in loader:
            good += (model(xb.to(device)).argmax(1).cpu() == yb).sum().item()
            total += len(yb)
    return good / total


backbone = Backbone()
pre = Classifier(backbone, 5).to(device)
tr, te = loaders(X[source], y[source], 0.2)
opt = torch.optim.Adam(pre.parameters(), lr=2e-3)
for _ in range(4):
    train_one_epoch(pre, tr, opt)
print('source accuracy', accuracy(pre, te))

for p in backbone.parameters():
    p.requires_grad = False
target_model = Classifier(backbone, 5).to(device)
tr, te = loaders(X[~source], y[~source] - 5, 0.8)
head_params = [p for p in target_model.parameters() if p.requires_grad]
print('trainable parameters:', sum(p.numel() for p in head_params))
opt = torch.optim.Adam(head_params, lr=1e-2)
for _ in range(15):
    train_one_epoch(target_model, tr, opt, frozen_backbone=True)
print('target accuracy', accuracy(target_model, te))
