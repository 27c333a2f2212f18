import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split

torch.manual_seed(42)
X, y = make_moons(1500, noise=0.3, random_state=42)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, random_state=42, stratify=y)


def ds(X, y):
    return TensorDataset(torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32))


train_dl = DataLoader(ds(X_tr, y_tr), 32, shuffle=True, drop_last=True)
test_dl = DataLoader(ds(X_te, y_te), 256)

net = nn.Sequential(nn.Linear(2, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 1))
ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.98))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
criterion = nn.BCEWithLogitsLoss()


def evaluate(model):
    model.eval()
    hit = seen = 0
    with torch.no_grad():
        for xb, yb in test_dl:
            pred = model(xb).squeeze(1) > 0          # logit > 0 <=> p > 0.5
            hit += (pred == yb.bool()).sum().item()
            seen += len(yb)
    return hit / seen


for epoch in range(12):
    net.train()
    for xb, yb in train_dl:
        optimizer.zero_grad()
        loss = criterion(net(xb).squeeze(1), yb)
        loss.backward()
        optimizer.step()
        ema.update_parameters(net)

update_bn(train_dl, ema)
print("raw", evaluate(net), "ema", evaluate(ema))
