import numpy as np
import torch
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)

X, y = load_wine(return_X_y=True)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
sc = StandardScaler().fit(X_tr)


def tensors(X, y):
    return torch.tensor(sc.transform(X), dtype=torch.float32), torch.tensor(y, dtype=torch.long)


train_loader = DataLoader(TensorDataset(*tensors(X_tr, y_tr)), batch_size=16, shuffle=True)
test_loader = DataLoader(TensorDataset(*tensors(X_te, y_te)), batch_size=64)

net = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 3))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2, weight_decay=1e-4)

for epoch in range(40):
    net.train()
    total = 0.0
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1}: train loss {total / len(train_loader.dataset):.4f}")

net.eval()
correct = 0
with torch.no_grad():
    for xb, yb in test_loader:
        correct += (net(xb).argmax(1) == yb).sum().item()
print(f"test accuracy {correct / len(test_loader.dataset):.3f}")
