"""Knowledge distillation: a wide teacher, a tiny student, soft targets at temperature T."""
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

T, ALPHA = 2.0, 0.7


def mlp(hidden, p_drop):
    return torch.nn.Sequential(torch.nn.Linear(64, hidden), torch.nn.ReLU(), torch.nn.Dropout(p_drop), torch.nn.Linear(hidden, 10))


def accuracy(net, x, y):
    net.eval()
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


def fit(net, x, y, loss_fn, epochs, lr):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    for _ in range(epochs):
        net.train()
        for idx in torch.randperm(len(x)).split(64):
            opt.zero_grad()
            loss_fn(net(x[idx]), x[idx], y[idx]).backward()
            opt.step()
    return net


data = load_digits()
a, b, ya, yb = train_test_split(data.data / 16, data.target, test_size=0.4, stratify=data.target, random_state=0)
xa, xb = torch.tensor(a, dtype=torch.float32), torch.tensor(b, dtype=torch.float32)
ya, yb = torch.tensor(ya), torch.tensor(yb)


def hard(logits, x, y):
    return F.cross_entropy(logits, y)


torch.manual_seed(0)
teacher = fit(mlp(256, 0.4), xa, ya, hard, epochs=25, lr=2e-3).eval()


def soft(logits, x, y):
    with torch.no_grad():
        target = F.log_softmax(teacher(x) / T, dim=1)
    kd = F.kl_div(F.log_softmax(logits / T, dim=1), target, reduction="batchmean", log_target=True) * T * T
    return ALPHA * kd + (1 - ALPHA) * F.cross_entropy(logits, y)


print(f"teacher          {accuracy(teacher, xb, yb):.3f}")
for name, loss_fn in (("student alone", hard), ("student distilled", soft)):
    scores = []
    for seed in range(3):
        torch.manual_seed(100 + seed)
        scores.append(accuracy(fit(mlp(10, 0.0), xa, ya, loss_fn, epochs=12, lr=1e-2), xb, yb))
    print(f"{name:17s}{sum(scores) / len(scores):.3f}  {[round(s, 3) for s in scores]}")
