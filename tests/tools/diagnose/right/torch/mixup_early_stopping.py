import copy
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset


class EarlyStopping:
    def __init__(self, patience=4, min_delta=1e-3):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.counter, self.state = np.inf, 0, None

    def step(self, value, model):
        if value < self.best - self.min_delta:
            self.best, self.counter = value, 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.counter += 1
        return self.counter >= self.patience


def mixup(x, y, alpha, n_classes):
    lam = float(np.random.beta(alpha, alpha))
    perm = torch.randperm(len(x))
    onehot = F.one_hot(y, n_classes).float()
    return lam * x + (1 - lam) * x[perm], lam * onehot + (1 - lam) * onehot[perm]


def get_data(seed):
    X, y = load_digits(return_X_y=True)
    X = (X.reshape(-1, 1, 8, 8) / 16).astype(np.float32)
    X, Xte, y, yte = train_test_split(X, y, test_size=0.4, stratify=y, random_state=seed)
    Xtr, Xva, ytr, yva = train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)
    ds = [TensorDataset(torch.from_numpy(a), torch.from_numpy(b)) for a, b in ((Xtr, ytr), (Xva, yva), (Xte, yte))]
    return DataLoader(ds[0], 64, shuffle=True), DataLoader(ds[1], 256), DataLoader(ds[2], 256)


def predict(model, loader):
    model.eval()
    with torch.no_grad():
        out = [(model(x).softmax(1), y) for x, y in loader]
    p, y = zip(*out)
    return torch.cat(p).double().numpy(), torch.cat(y).numpy()


def run(use_mixup, seed=0):
    torch.manual_seed(seed)
    np.random.seed(seed)
    train, val, test = get_data(seed)
    model = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(512, 10))
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    stopper = EarlyStopping()
    for epoch in range(25):
        model.train()
        for x, y in train:
            if use_mixup:
                x, y = mixup(x, y, 0.3, 10)
            opt.zero_grad()
            F.cross_entropy(model(x), y).backward()
            opt.step()
        p, t = predict(model, val)
        p = p / p.sum(1, keepdims=True)
        if stopper.step(log_loss(t, p), model):
            break
    model.load_state_dict(stopper.state)
    p, t = predict(model, test)
    p = p / p.sum(1, keepdims=True)
    print(f"mixup={use_mixup}: {epoch + 1} epochs, test acc {accuracy_score(t, p.argmax(1)):.4f}, log loss {log_loss(t, p):.4f}")


for flag in (False, True):
    run(flag)
