import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_wine
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

X, y = load_wine(return_X_y=True)
skf = StratifiedKFold(n_splits=5, shuffle=True, random_state=10)
accs = []

for fold, (tr, te) in enumerate(skf.split(X, y)):
    torch.manual_seed(fold)
    scaler = StandardScaler()
    x_tr = torch.FloatTensor(scaler.fit_transform(X[tr]))
    x_te = torch.FloatTensor(scaler.transform(X[te]))
    y_tr, y_te = torch.LongTensor(y[tr]), torch.LongTensor(y[te])

    # 各分割でモデルと最適化器を作り直す
    model = nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)
    criterion = nn.CrossEntropyLoss()

    model.train()
    for _ in range(80):
        optimizer.zero_grad()
        loss = criterion(model(x_tr), y_tr)
        loss.backward()
        optimizer.step()

    model.eval()
    with torch.no_grad():
        acc = (model(x_te).argmax(1) == y_te).float().mean().item()
    accs.append(acc)
    print(f"Fold {fold + 1}: {acc:.3f}")

print(f"Mean {np.mean(accs):.3f} +/- {np.std(accs):.3f}")
