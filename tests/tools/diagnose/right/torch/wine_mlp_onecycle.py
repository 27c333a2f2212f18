"""Wine cultivars with a small MLP, OneCycleLR stepped once per batch."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

torch.manual_seed(11)
np.random.seed(11)

X, y = load_wine(return_X_y=True)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, stratify=y, random_state=3)
scaler = StandardScaler().fit(X_tr)
X_tr = torch.tensor(scaler.transform(X_tr), dtype=torch.float32)
X_te = torch.tensor(scaler.transform(X_te), dtype=torch.float32)
y_tr = torch.tensor(y_tr, dtype=torch.long)
y_te = torch.tensor(y_te, dtype=torch.long)

loader = DataLoader(TensorDataset(X_tr, y_tr), batch_size=16, shuffle=True)
EPOCHS = 20
net = nn.Sequential(
    nn.Linear(13, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2),
    nn.Linear(32, 3),
)
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-2)
sched = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=2e-2, epochs=EPOCHS, steps_per_epoch=len(loader))
criterion = nn.CrossEntropyLoss(label_smoothing=0.05)

for epoch in range(EPOCHS):
    net.train()
    running = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        optimizer.step()
        sched.step()
        running += loss.item() * xb.size(0)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:2d}  loss {running / len(loader.dataset):.4f}  lr {sched.get_last_lr()[0]:.2e}")

net.eval()
with torch.no_grad():
    probs = net(X_te).softmax(dim=1)
    pred = probs.argmax(dim=1)
    acc = (pred == y_te).float().mean().item()
print(f"test accuracy {acc:.3f}, mean confidence {probs.max(dim=1).values.mean().item():.3f}")
