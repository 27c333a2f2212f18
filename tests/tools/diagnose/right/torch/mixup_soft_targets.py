import torch
from torch import nn
import torch.nn.functional as F
from torch.distributions import Beta
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
data = load_digits()
Xa, Xb, ya, yb = train_test_split(data.images / 16.0, data.target, test_size=0.5, random_state=0, stratify=data.target)
Xa, Xb = (torch.tensor(a, dtype=torch.float32).unsqueeze(1) for a in (Xa, Xb))
ya, yb = torch.tensor(ya), torch.tensor(yb)


def mixup(x, y, alpha=0.2):
    lam = Beta(alpha, alpha).sample((len(x), 1))
    j = torch.randperm(len(x))
    t = F.one_hot(y, 10).float()
    return lam[..., None, None] * x + (1 - lam[..., None, None]) * x[j], lam * t + (1 - lam) * t[j]


net = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(128, 10),
)
criterion = nn.CrossEntropyLoss(label_smoothing=0.05)      # takes class probabilities as well as indices
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
EPOCHS = 15
sched = torch.optim.lr_scheduler.SequentialLR(
    opt,
    [torch.optim.lr_scheduler.LinearLR(opt, 0.1, total_iters=2), torch.optim.lr_scheduler.CosineAnnealingLR(opt, EPOCHS - 2)],
    milestones=[2],
)
for epoch in range(EPOCHS):
    net.train()
    for i in torch.randperm(len(Xa)).split(64):
        x, t = mixup(Xa[i], ya[i])
        opt.zero_grad()
        criterion(net(x), t).backward()
        opt.step()
    sched.step()

net.eval()
with torch.no_grad():
    out = net(Xb)
print("test accuracy", round((out.argmax(1) == yb).float().mean().item(), 4), " nll", round(F.cross_entropy(out, yb).item(), 4))
