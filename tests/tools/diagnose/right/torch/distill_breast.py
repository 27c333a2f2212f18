# Knowledge distillation: a wide teacher into a very small student (breast cancer data)
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(8)
X, y = load_breast_cancer(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.3, random_state=8, stratify=y)
sc = StandardScaler()
Xtr = torch.as_tensor(sc.fit_transform(Xtr), dtype=torch.float32)
Xte = torch.as_tensor(sc.transform(Xte), dtype=torch.float32)
ytr, yte = torch.as_tensor(ytr), torch.as_tensor(yte)
dl = DataLoader(TensorDataset(Xtr, ytr), batch_size=32, shuffle=True)

teacher = nn.Sequential(nn.Linear(30, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 2))
student = nn.Sequential(nn.Linear(30, 4), nn.ReLU(), nn.Linear(4, 2))


def accuracy(m):
    m.eval()
    with torch.no_grad():
        return (m(Xte).argmax(1) == yte).float().mean().item()


def train_teacher(epochs=10):
    opt = torch.optim.Adam(teacher.parameters(), lr=1e-3)
    for _ in range(epochs):
        teacher.train()
        for xb, yb in dl:
            opt.zero_grad()
            F.cross_entropy(teacher(xb), yb).backward()
            opt.step()


def distill(epochs=20, T=3.0, alpha=0.7):
    teacher.eval()
    for p in teacher.parameters():
        p.requires_grad = False
    opt = torch.optim.Adam(student.parameters(), lr=5e-3)
    for _ in range(epochs):
        student.train()
        for xb, yb in dl:
            with torch.no_grad():
                soft = F.softmax(teacher(xb) / T, dim=1)
            logits = student(xb)
            kd = F.kl_div(F.log_softmax(logits / T, dim=1), soft, reduction="batchmean") * T * T
            loss = alpha * kd + (1 - alpha) * F.cross_entropy(logits, yb)
            opt.zero_grad()
            loss.backward()
            opt.step()


train_teacher()
print("teacher", round(accuracy(teacher), 4))
distill()
print("student", round(accuracy(student), 4))
