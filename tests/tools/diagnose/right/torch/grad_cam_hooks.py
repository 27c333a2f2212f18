import torch
import torch.nn as nn
import torch.nn.functional as F


class GradCAM:
    """Context manager that catches activations and their gradients of one layer."""

    def __init__(self, model, layer):
        self.model, self.layer = model, layer

    def __enter__(self):
        self.handles = [self.layer.register_forward_hook(self._save)]
        return self

    def __exit__(self, *exc):
        for h in self.handles:
            h.remove()

    def _save(self, module, args, out):
        self.act = out
        out.register_hook(lambda g: setattr(self, "grad", g))

    def __call__(self, x, cls):
        self.model.zero_grad(set_to_none=True)
        score = self.model(x)[torch.arange(len(x)), cls].sum()
        score.backward()
        w = self.grad.mean((2, 3), keepdim=True)
        cam = F.relu((w * self.act).sum(1, keepdim=True)).detach()
        cam = F.interpolate(cam, size=x.shape[2:], mode="bilinear", align_corners=False)
        return cam / cam.amax((2, 3), keepdim=True).clamp(min=1e-8)


def make(n, gen):
    """Class 0: a bright square, class 1: a bright cross, somewhere in a noisy 16x16 picture."""
    y = torch.randint(2, (n,), generator=gen)
    x = 0.2 * torch.randn(n, 1, 16, 16, generator=gen)
    where = torch.randint(0, 12, (n, 2), generator=gen)
    square = torch.ones(5, 5)
    cross = torch.zeros(5, 5)
    cross[2], cross[:, 2] = 1.6, 1.6
    for i in range(n):
        r, c = where[i].tolist()
        x[i, 0, r:r + 5, c:c + 5] += cross if y[i] else square
    return x, y, where


torch.manual_seed(0)
gen = torch.Generator().manual_seed(0)
xa, ya, _ = make(600, gen)
xb, yb, spot = make(100, gen)
features = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU())
net = nn.Sequential(features, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), 3e-3)
for epoch in range(8):
    for i in torch.randperm(len(xa)).split(50):
        opt.zero_grad()
        F.cross_entropy(net(xa[i]), ya[i]).backward()
        opt.step()

net.eval()
with torch.no_grad():
    pred = net(xb).argmax(1)
print("accuracy", (pred == yb).float().mean().item())
with GradCAM(net, features[-1]) as cam:
    maps = cam(xb, pred)
peak = maps.flatten(1).argmax(1)
pr, pc = peak // 16, peak % 16
inside = (pr >= spot[:, 0] - 1) & (pr <= spot[:, 0] + 5) & (pc >= spot[:, 1] - 1) & (pc <= spot[:, 1] + 5)
print("peak of the map on the object", inside.float().mean().item())
