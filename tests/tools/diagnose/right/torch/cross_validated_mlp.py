import numpy as np
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn

X, y = load_breast_cancer(return_X_y=True)
X, y = X.astype(np.float32), y.astype(np.float32)


def new_model(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))


def logits(model, X):
    model.eval()
    with torch.no_grad():
        return model(X).squeeze(1)


def fit_fold(Xtr, ytr, seed, max_epochs=60, patience=8):
    """Early stopping on an inner split of the training part of the fold."""
    Xf, Xv, yf, yv = train_test_split(Xtr, ytr, test_size=0.2, stratify=ytr, random_state=seed)
    scaler = StandardScaler().fit(Xf)
    Xf, Xv = torch.from_numpy(scaler.transform(Xf)), torch.from_numpy(scaler.transform(Xv))
    yf, yv = torch.from_numpy(yf), torch.from_numpy(yv)
    model, loss_fn = new_model(seed), nn.BCEWithLogitsLoss()
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    best, state, bad = np.inf, None, 0
    for _ in range(max_epochs):
        model.train()
        for b in torch.randperm(len(Xf)).split(32):
            opt.zero_grad()
            loss_fn(model(Xf[b]).squeeze(1), yf[b]).backward()
            opt.step()
        v = loss_fn(logits(model, Xv), yv).item()
        if v < best:
            best, bad = v, 0
            state = {k: t.detach().clone() for k, t in model.state_dict().items()}
        else:
            bad += 1
            if bad == patience:
                break
    model.load_state_dict(state)
    return model, scaler


scores = []
oof = np.zeros(len(y))
for fold, (tr, te) in enumerate(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y)):
    model, scaler = fit_fold(X[tr], y[tr], seed=fold)
    oof[te] = torch.sigmoid(logits(model, torch.from_numpy(scaler.transform(X[te])))).numpy()
    scores.append(roc_auc_score(y[te], oof[te]))
    print(f"fold {fold}: AUC {scores[-1]:.4f}")
print(f"mean {np.mean(scores):.4f} +- {np.std(scores, ddof=1):.4f}; pooled {roc_auc_score(y, oof):.4f}")
