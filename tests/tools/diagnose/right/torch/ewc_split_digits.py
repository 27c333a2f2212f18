import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(X / 16.0, y, test_size=0.3, random_state=0, stratify=y)
Xtr, Xte = torch.tensor(Xtr).float(), torch.tensor(Xte).float()
ytr, yte = torch.tensor(ytr), torch.tensor(yte)
P = torch.randperm(64)
tasks = [(Xtr, Xte), (Xtr[:, P], Xte[:, P])]


def fit(net, x, y, penalty=None, epochs=15):
    opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    for _ in range(epochs):
        for idx in torch.randperm(len(x)).split(64):
            opt.zero_grad()
            loss = F.cross_entropy(net(x[idx]), y[idx])
            if penalty is not None:
                loss = loss + penalty(net)
            loss.backward()
            opt.step()


def fisher_diag(net, x, n=200):
    F_ = {k: torch.zeros_like(p) for k, p in net.named_parameters()}
    for i in torch.randperm(len(x))[:n]:
        net.zero_grad()
        logp = F.log_softmax(net(x[i : i + 1]), dim=1)
        lab = torch.multinomial(logp.exp().detach(), 1).item()
        logp[0, lab].backward()
        for k, p in net.named_parameters():
            F_[k] += p.grad.detach() ** 2 / n
    net.zero_grad()
    return F_


@torch.no_grad()
def acc(net, x):
    return (net(x).argmax(1) == yte).float().mean().item()


for lam in (0.0, 200.0):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
    fit(net, tasks[0][0], ytr)
    a0 = acc(net, tasks[0][1])
    fish = fisher_diag(net, tasks[0][0])
    star = {k: p.detach().clone() for k, p in net.named_parameters()}
    ewc = lambda m: 0.5 * lam * sum((fish[k] * (p - star[k]) ** 2).sum() for k, p in m.named_parameters())
    fit(net, tasks[1][0], ytr, penalty=ewc)
    print(f"lambda={lam}: task A {a0:.3f} -> {acc(net, tasks[0][1]):.3f}, task B {acc(net, tasks[1][1]):.3f}")
