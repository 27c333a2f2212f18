import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from torch.optim.swa_utils import AveragedModel, SWALR, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(33)
data = load_diabetes()
X_tr, X_te, y_tr, y_te = train_test_split(data.data, data.target, test_size=0.2, random_state=33)
x_mean, x_std = X_tr.mean(axis=0), X_tr.std(axis=0)
y_mean, y_std = y_tr.mean(), y_tr.std()
to = lambda a: torch.tensor(a, dtype=torch.float32)
X_tr, X_te = to((X_tr - x_mean) / x_std), to((X_te - x_mean) / x_std)
y_tr, y_te = to((y_tr - y_mean) / y_std).view(-1, 1), to(y_te).view(-1, 1)

loader = DataLoader(TensorDataset(X_tr, y_tr), batch_size=32, shuffle=True, drop_last=True)
model = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
swa_model = AveragedModel(model)
swa_scheduler = SWALR(optimizer, swa_lr=0.02, anneal_epochs=3)
SWA_START, EPOCHS = 20, 35

for epoch in range(EPOCHS):
    model.train()
    for xb, yb in loader:
        loss = nn.functional.mse_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch >= SWA_START:
        swa_model.update_parameters(model)
        swa_scheduler.step()
    else:
        scheduler.step()

update_bn(loader, swa_model)


def rmse(m):
    m.eval()
    with torch.no_grad():
        pred = m(X_te) * y_std + y_mean
    return (pred - y_te).pow(2).mean().sqrt().item()


print(f"last weights: {rmse(model):.2f}   averaged: {rmse(swa_model):.2f}")
