import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16
images = images.unsqueeze(1)
labels = torch.tensor(digits.target)

torch.manual_seed(0)
cnn = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(8 * 4 * 4, 10),
)
optimizer = torch.optim.Adam(cnn.parameters(), lr=0.01)
for start in range(0, 1600, 100):
    batch, target = images[start : start + 100], labels[start : start + 100]
    loss = nn.functional.cross_entropy(cnn(batch), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print("accuracy", (cnn(images[1600:]).argmax(1) == labels[1600:]).float().mean().item())
