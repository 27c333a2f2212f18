import torch
from torch import nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def small_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(128, 10),
    )


def integrated_gradients(model, x, target, steps=64):
    base = torch.zeros_like(x)
    total = torch.zeros_like(x)
    for k in range(steps):
        a = (k + 0.5) / steps
        point = (base + a * (x - base)).requires_grad_(True)
        out = model(point).gather(1, target[:, None]).sum()
        total += torch.autograd.grad(out, point)[0]
    return (x - base) * total / steps


def main():
    torch.manual_seed(0)
    X, y = load_digits(return_X_y=True)
    X = torch.tensor(X / 16, dtype=torch.float32).view(-1, 1, 8, 8)
    y = torch.tensor(y)
    tr, te = train_test_split(range(len(y)), test_size=0.25, stratify=y, random_state=0)
    net = small_cnn()
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    net.train()
    for epoch in range(12):
        for i in torch.randperm(len(tr)).split(64):
            rows = torch.tensor(tr)[i]
            loss = nn.functional.cross_entropy(net(X[rows]), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()

    net.eval()
    for p in net.parameters():
        p.requires_grad_(False)
    xs, ys = X[te], y[te]
    pred = net(xs).argmax(1)
    print("accuracy", (pred == ys).float().mean().item())
    ig = integrated_gradients(net, xs, pred)
    gap = net(xs).gather(1, pred[:, None]).squeeze(1) - net(torch.zeros_like(xs)).gather(1, pred[:, None]).squeeze(1)
    print("completeness, worst gap", (ig.flatten(1).sum(1) - gap).abs().max().item())

    # deletion test: blank the ten most important pixels, or ten at random among the inked ones
    flat = xs.flatten(1)
    top = ig.flatten(1).topk(10).indices
    rnd = (torch.rand_like(flat) * (flat > 0)).topk(10).indices
    for name, idx in [("important", top), ("random", rnd)]:
        cut = flat.scatter(1, idx, 0.0).view_as(xs)
        print(f"accuracy without ten {name} pixels", round((net(cut).argmax(1) == ys).float().mean().item(), 3))


main()
