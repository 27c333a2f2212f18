import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


def augment(x, y, times=6):
    """More rows for a small data set: the same ones with a little noise."""
    copies = [x + 0.05 * torch.randn_like(x) for _ in range(times)]
    return torch.cat([x, *copies]), y.repeat(times + 1)


torch.manual_seed(0)
spectra = torch.randn(400, 60)
outcome = torch.randint(0, 2, (400,))
order = torch.randperm(400)
x_train, y_train = augment(spectra[order[:280]], outcome[order[:280]])
train_set, val_set = TensorDataset(x_train, y_train), TensorDataset(spectra[order[280:]], outcome[order[280:]])
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
val_loader = DataLoader(val_set, batch_size=256)

net = nn.Sequential(nn.Linear(60, 64), nn.ReLU(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(15):
    for xb, yb in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(xb), yb).backward()
        optimizer.step()
with torch.no_grad():
    hits = sum((net(xb).argmax(1) == yb).sum().item() for xb, yb in val_loader)
print("validation accuracy", hits / len(val_set))
