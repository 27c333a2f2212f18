import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset


class DistillLoss(nn.Module):
    def __init__(self, T=3.0, alpha=0.9):
        super().__init__()
        self.T, self.alpha = T, alpha
        self.kl = nn.KLDivLoss(reduction="batchmean")
        self.ce = nn.CrossEntropyLoss()

    def forward(self, student_logits, teacher_logits, y):
        p_s = F.log_softmax(student_logits / self.T, dim=1)
        p_t = F.softmax(teacher_logits / self.T, dim=1)
        soft = self.kl(p_s, p_t) * self.T ** 2
        return self.alpha * soft + (1 - self.alpha) * self.ce(student_logits, y)


def mlp(*sizes):
    mods = []
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:])):
        mods.append(nn.Linear(a, b))
        if i < len(sizes) - 2:
            mods.append(nn.ReLU())
    return nn.Sequential(*mods)


def accuracy(net, X, y):
    net.eval()
    with torch.no_grad():
        return (net(X).argmax(1) == y).float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(77)
    d = load_digits()
    Xtr, Xte, ytr, yte = train_test_split(
        torch.tensor(d.data / 16, dtype=torch.float32), torch.tensor(d.target), test_size=0.3, random_state=77)
    loader = DataLoader(TensorDataset(Xtr, ytr), batch_size=64, shuffle=True)

    teacher = mlp(64, 256, 256, 10)
    opt = torch.optim.Adam(teacher.parameters(), lr=2e-3)
    for _ in range(10):
        for x, y in loader:
            opt.zero_grad()
            F.cross_entropy(teacher(x), y).backward()
            opt.step()
    print("teacher", round(accuracy(teacher, Xte, yte), 3))

    student = mlp(64, 16, 10)
    opt = torch.optim.Adam(student.parameters(), lr=5e-3)
    criterion = DistillLoss()
    for epoch in range(15):
        student.train()
        total = 0.0
        for x, y in loader:
            with torch.no_grad():
                t = teacher(x)
            loss = criterion(student(x), t, y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item()
        if epoch % 4 == 0:
            print(f"epoch {epoch} distill loss {total / len(loader):.4f}")
    print("student", round(accuracy(student, Xte, yte), 3))
    with torch.no_grad():
        kl = F.kl_div(F.log_softmax(student(Xte), 1), F.softmax(teacher(Xte), 1), reduction="batchmean")
    print("KL to teacher", round(kl.item(), 3))
