import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split

torch.manual_seed(100)
X, y = make_classification(n_samples=3000, n_features=15, n_informative=6, weights=[0.95], flip_y=0.01, random_state=100)
X_tr, X_te, y_tr, y_te = train_test_split(X.astype(np.float32), y, test_size=0.3, stratify=y, random_state=1)


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0):
        super().__init__()
        self.gamma = gamma

    def forward(self, logits, target):
        ce = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
        p_t = torch.exp(-ce)
        return ((1 - p_t) ** self.gamma * ce).mean()


counts = np.bincount(y_tr)
weights = (1.0 / counts)[y_tr]
sampler = WeightedRandomSampler(torch.as_tensor(weights), num_samples=len(weights), replacement=True)
ds = TensorDataset(torch.from_numpy(X_tr), torch.from_numpy(y_tr).float())
loader = DataLoader(ds, batch_size=64, sampler=sampler)       # a sampler, hence no shuffle

model = nn.Sequential(nn.Linear(15, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
crit = FocalLoss()
for epoch in range(6):
    model.train()
    running = 0.0
    for xb, yb in loader:
        loss = crit(model(xb).squeeze(-1), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        running += loss.item()
    print(f"{epoch}: {running / len(loader):.4f}")

model.eval()
with torch.no_grad():
    score = torch.sigmoid(model(torch.from_numpy(X_te)).squeeze(-1)).numpy()
print("AP", round(average_precision_score(y_te, score), 3), "ROC AUC", round(roc_auc_score(y_te, score), 3))
