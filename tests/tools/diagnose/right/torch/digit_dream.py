# Optimise an image, not a network: gradient ASCENT on an activation with a total-variation penalty.
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(1)
d = load_digits()
X = torch.tensor(d.images, dtype=torch.float32)[:, None] / 16
y = torch.tensor(d.target)
net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 10))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(len(X)).split(64):
        loss = nn.functional.cross_entropy(net(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()

net.eval()
net.requires_grad_(False)


def total_variation(img):
    return (img[..., 1:, :] - img[..., :-1, :]).abs().mean() + (img[..., :, 1:] - img[..., :, :-1]).abs().mean()


def dream(cls, steps=60):
    raw = torch.zeros(1, 1, 8, 8, requires_grad=True)
    opt = torch.optim.Adam([raw], lr=0.1)
    for _ in range(steps):
        img = torch.sigmoid(raw)
        score = net(img)[0, cls]
        loss = -score + 2.0 * total_variation(img)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return torch.sigmoid(raw).detach()


for c in (0, 3, 7):
    img = dream(c)
    p = net(img).softmax(1)[0, c].item()
    print(f"class {c}: probability {p:.3f}")
    print("\n".join("".join(" .:*#"[int(v * 4.99)] for v in row) for row in img[0, 0]))
