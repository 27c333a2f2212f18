# %% Knowledge distillation: big MLP -> tiny MLP
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

# %% data
digits = load_digits()
Xtr, Xte, ytr, yte = train_test_split(
    (digits.data / 16).astype("float32"), digits.target, test_size=0.4, stratify=digits.target, random_state=0
)
Xtr, Xte = torch.from_numpy(Xtr), torch.from_numpy(Xte)
ytr, yte = torch.from_numpy(ytr), torch.from_numpy(yte)


# %% helpers
def make(hidden, drop):
    return nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Dropout(drop), nn.Linear(hidden, 10))


def accuracy(m):
    m.eval()
    with torch.inference_mode():
        return (m(Xte).argmax(1) == yte).float().mean().item()


def kd_loss(student, teacher, target, T=2.0, alpha=0.7):
    soft = F.kl_div(
        F.log_softmax(student / T, dim=1), F.log_softmax(teacher / T, dim=1), reduction="batchmean", log_target=True
    )
    return alpha * T * T * soft + (1 - alpha) * F.cross_entropy(student, target)


def train(m, epochs, teacher=None, seed=0):
    g = torch.Generator().manual_seed(seed)
    opt = torch.optim.Adam(m.parameters(), lr=6e-3)
    if teacher is not None:
        teacher.eval()
    for _ in range(epochs):
        m.train()
        for i in torch.randperm(len(Xtr), generator=g).split(128):
            logits = m(Xtr[i])
            if teacher is None:
                loss = F.cross_entropy(logits, ytr[i])
            else:
                with torch.no_grad():
                    t = teacher(Xtr[i])
                loss = kd_loss(logits, t, ytr[i])
            opt.zero_grad()
            loss.backward()
            opt.step()
    return m


# %% teacher
torch.manual_seed(0)
teacher = train(make(128, 0.3), 25)
print("teacher ", round(accuracy(teacher), 4))

# %% the student alone, then taught: same start, same batch order
for name, t in [("alone", None), ("distilled", teacher)]:
    accs = []
    for seed in range(3):
        torch.manual_seed(seed)
        accs.append(accuracy(train(make(8, 0.0), 30, teacher=t, seed=seed)))
    print(f"student {name:9s} {sum(accs) / 3:.4f}  {[round(a, 4) for a in accs]}")
