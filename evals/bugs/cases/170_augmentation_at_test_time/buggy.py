import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(0)


class Digits(Dataset):
    def __init__(self, start, stop, augment=True):
        data = load_digits()
        self.images = torch.tensor(data.images[start:stop] / 16, dtype=torch.float32)
        self.labels = torch.tensor(data.target[start:stop])
        self.augment = augment

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        image = self.images[i]
        if self.augment:
            image = torch.roll(image, int(torch.randint(-1, 2, ())), dims=1)
            image = image * (torch.rand(8, 8) > 0.35)
        return image.flatten(), self.labels[i]


train_loader = DataLoader(Digits(0, 1300), batch_size=50, shuffle=True)
test_loader = DataLoader(Digits(1300, 1797), batch_size=100)

net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
for epoch in range(12):
    for images, labels in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
with torch.no_grad():
    hits = sum((net(images).argmax(1) == labels).sum().item() for images, labels in test_loader)
print("test accuracy", hits / len(test_loader.dataset))
