"""Is the bright square on a red or on a blue stripe? Tiny colour images, channels last."""

import torch
from torch import nn


def images(n, generator):
    x = 0.3 * torch.rand(n, 9, 9, 3, generator=generator)
    label = torch.randint(0, 3, (n,), generator=generator)
    for i, channel in enumerate(label):
        x[i, :, :, channel] += 0.25
    brightness = torch.rand(n, 1, 1, 1, generator=generator)
    return x + brightness, label


torch.manual_seed(0)
g = torch.Generator().manual_seed(1)
x_train, y_train = images(600, g)
x_test, y_test = images(300, g)

x_train = x_train.permute(0, 3, 1, 2)
x_test = x_test.permute(0, 3, 1, 2)

cnn = nn.Sequential(
    nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3)
)
optimizer = torch.optim.Adam(cnn.parameters(), lr=0.02)
for epoch in range(60):
    optimizer.zero_grad()
    nn.functional.cross_entropy(cnn(x_train), y_train).backward()
    optimizer.step()
with torch.no_grad():
    print("test accuracy", (cnn(x_test).argmax(1) == y_test).float().mean().item())
