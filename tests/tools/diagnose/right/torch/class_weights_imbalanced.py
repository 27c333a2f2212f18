import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, classification_report, precision_recall_curve
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = 99
torch.manual_seed(SEED)

X, y = make_classification(n_samples=4000, n_features=16, n_informative=6, weights=[0.94], class_sep=1.0, random_state=SEED)
X_train, X_tmp, y_train, y_tmp = train_test_split(X, y, test_size=0.4, stratify=y, random_state=SEED)
X_val, X_test, y_val, y_test = train_test_split(X_tmp, y_tmp, test_size=0.5, stratify=y_tmp, random_state=SEED)

scaler = RobustScaler()
X_train = scaler.fit_transform(X_train).astype(np.float32)
X_val = scaler.transform(X_val).astype(np.float32)
X_test = scaler.transform(X_test).astype(np.float32)

neg, pos = np.bincount(y_train)
pos_weight = torch.tensor([neg / pos], dtype=torch.float32)
print("pos_weight", pos_weight.item())

fraud_detector = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 1))
loss_function = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
optimizer = torch.optim.Adam(fraud_detector.parameters(), lr=1e-3)
loader = DataLoader(TensorDataset(torch.from_numpy(X_train), torch.from_numpy(y_train).float().unsqueeze(1)), batch_size=128, shuffle=True)


def score(features):
    fraud_detector.eval()
    with torch.no_grad():
        return torch.sigmoid(fraud_detector(torch.from_numpy(features))).squeeze(1).numpy()


for epoch in range(12):
    fraud_detector.train()
    running = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_function(fraud_detector(xb), yb)
        loss.backward()
        optimizer.step()
        running += loss.item() * xb.size(0)
    print(epoch, running / len(loader.dataset), average_precision_score(y_val, score(X_val)))

precision, recall, thresholds = precision_recall_curve(y_val, score(X_val))
f1 = 2 * precision[:-1] * recall[:-1] / np.clip(precision[:-1] + recall[:-1], 1e-9, None)
threshold = thresholds[f1.argmax()]
print("threshold chosen on validation:", threshold)
print(classification_report(y_test, (score(X_test) >= threshold).astype(int), digits=3))
