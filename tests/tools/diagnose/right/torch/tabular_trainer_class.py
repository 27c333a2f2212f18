"""Breast cancer classifier with a small Trainer and early stopping."""
import copy
from dataclasses import dataclass

import torch
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, Dataset


@dataclass
class Config:
    lr: float = 1e-3
    weight_decay: float = 1e-4
    batch_size: int = 32
    max_epochs: int = 40
    patience: int = 5
    hidden: int = 32
    seed: int = 13


class TabularDataset(Dataset):
    def __init__(self, features, targets):
        self.features = torch.as_tensor(features, dtype=torch.float32)
        self.targets = torch.as_tensor(targets, dtype=torch.float32)

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, idx):
        return self.features[idx], self.targets[idx]


class Trainer:
    def __init__(self, model, cfg):
        self.model = model
        self.cfg = cfg
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(self.device)
        self.criterion = nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=cfg.lr, weight_decay=cfg.weight_decay)

    def _run_epoch(self, loader):
        self.model.train()
        for x, y in loader:
            x, y = x.to(self.device), y.to(self.device)
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.criterion(self.model(x).squeeze(1), y)
            loss.backward()
            self.optimizer.step()

    def predict(self, loader):
        self.model.eval()
        probs, ys = [], []
        with torch.inference_mode():
            for x, y in loader:
                probs.append(torch.sigmoid(self.model(x.to(self.device)).squeeze(1)).cpu())
                ys.append(y)
        return torch.cat(probs), torch.cat(ys)

    def fit(self, train_loader, val_loader):
        best_auc, best_weights, bad = -1.0, None, 0
        for epoch in range(self.cfg.max_epochs):
            self._run_epoch(train_loader)
            p, y = self.predict(val_loader)
            auc = roc_auc_score(y.numpy(), p.numpy())
            if auc > best_auc:
                best_auc, bad = auc, 0
                best_weights = copy.deepcopy(self.model.state_dict())
            else:
                bad += 1
                if bad >= self.cfg.patience:
                    break
        self.model.load_state_dict(best_weights)
        return best_auc


def main():
    cfg = Config()
    torch.manual_seed(cfg.seed)
    X, y = load_breast_cancer(return_X_y=True)
    X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=cfg.seed)
    X_train, X_val, y_train, y_val = train_test_split(X_dev, y_dev, test_size=0.25, stratify=y_dev, random_state=cfg.seed)
    scaler = StandardScaler().fit(X_train)
    train = DataLoader(TabularDataset(scaler.transform(X_train), y_train), cfg.batch_size, shuffle=True)
    val = DataLoader(TabularDataset(scaler.transform(X_val), y_val), 128)
    test = DataLoader(TabularDataset(scaler.transform(X_test), y_test), 128)
    net = nn.Sequential(nn.Linear(X.shape[1], cfg.hidden), nn.BatchNorm1d(cfg.hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(cfg.hidden, 1))
    trainer = Trainer(net, cfg)
    print("best val auc", trainer.fit(train, val))
    p, t = trainer.predict(test)
    print("test auc", roc_auc_score(t.numpy(), p.numpy()), "acc", ((p > 0.5).float() == t).float().mean().item())


if __name__ == "__main__":
    main()
