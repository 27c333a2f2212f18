import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(5)
features = torch.randn(1000, 12)
target = (features[:, :3].sum(dim=1) + 0.3 * torch.randn(1000) > 0).long()
train_set, val_set = random_split(TensorDataset(features, target), [800, 200])
train_loader = DataLoader(train_set, batch_size=80, shuffle=True)
val_loader = DataLoader(val_set, batch_size=200)

model = nn.Sequential(nn.Linear(12, 40), nn.BatchNorm1d(40), nn.ReLU(), nn.Dropout(0.3), nn.Linear(40, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
loss_fn = nn.CrossEntropyLoss()

model.train()
for epoch in range(8):
    for x, t in train_loader:
        optimizer.zero_grad()
        loss_fn(model(x), t).backward()
        optimizer.step()

    model.eval()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == t).sum().item() for x, t in val_loader)
    print(f"epoch {epoch}: validation accuracy {hits / len(val_set):.3f}")
