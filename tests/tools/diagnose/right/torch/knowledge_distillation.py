import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(11)
X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16.0, dtype=torch.float32)
y = torch.tensor(y)
tr, te = train_test_split(torch.arange(len(y)).numpy(), test_size=0.3, random_state=11, stratify=y.numpy())
tr, te = torch.as_tensor(tr), torch.as_tensor(te)

teacher = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 10))
student = nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))


def kd_loss(student_logits, teacher_logits, target, T=4.0, alpha=0.7):
    soft = F.kl_div(
        F.log_softmax(student_logits / T, dim=1),
        F.log_softmax(teacher_logits / T, dim=1),
        reduction="batchmean",
        log_target=True,
    )
    return alpha * T * T * soft + (1 - alpha) * F.cross_entropy(student_logits, target)


def loop(model, loss_fn, epochs):
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(epochs):
        model.train()
        for idx in tr[torch.randperm(len(tr))].split(64):
            opt.zero_grad()
            loss_fn(model(X[idx]), idx).backward()
            opt.step()


@torch.no_grad()
def acc(model):
    model.eval()
    return (model(X[te]).argmax(1) == y[te]).float().mean().item()


loop(teacher, lambda out, idx: F.cross_entropy(out, y[idx]), 12)
teacher.eval()
for p in teacher.parameters():
    p.requires_grad_(False)


def distill(out, idx):
    with torch.no_grad():
        t = teacher(X[idx])
    return kd_loss(out, t, y[idx])


loop(student, distill, 20)
print("teacher", acc(teacher), "student", acc(student))
