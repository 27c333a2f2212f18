import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support


class RandomFlip:
    def __init__(self, p=0.5):
        self.p = p

    def __call__(self, img):
        return img.flip(-1) if torch.rand(()) < self.p else img


class AddNoise:
    def __init__(self, std):
        self.std = std

    def __call__(self, img):
        return img + torch.randn_like(img) * self.std


class Compose:
    def __init__(self, ts):
        self.ts = ts

    def __call__(self, img):
        for t in self.ts:
            img = t(img)
        return img


class DefectDataset(Dataset):
    """Class 0 clean, 1 scratch, 2 spot. Defects are rare."""

    def __init__(self, n, probs, seed, transform=None):
        g = torch.Generator().manual_seed(seed)
        self.targets = torch.multinomial(torch.tensor(probs), n, replacement=True, generator=g)
        self.images = 0.3 * torch.randn(n, 1, 20, 20, generator=g)
        for i, t in enumerate(self.targets.tolist()):
            r, c = torch.randint(3, 14, (2,), generator=g).tolist()
            if t == 1:
                self.images[i, 0, r, :] += 1.0
            elif t == 2:
                self.images[i, 0, r:r + 4, c:c + 4] += 1.0
        self.transform = transform

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, i):
        img = self.images[i]
        if self.transform is not None:
            img = self.transform(img)
        return img, self.targets[i]


torch.manual_seed(0)
train_set = DefectDataset(500, [0.9, 0.05, 0.05], 1, Compose([RandomFlip(), AddNoise(0.05)]))
test_set = DefectDataset(300, [0.9, 0.05, 0.05], 2)
counts = torch.bincount(train_set.targets, minlength=3).float()
sample_weights = (1.0 / counts)[train_set.targets].double()
sampler = WeightedRandomSampler(sample_weights, num_samples=len(train_set), replacement=True)
train_loader = DataLoader(train_set, batch_size=32, sampler=sampler, num_workers=0)
test_loader = DataLoader(test_set, batch_size=100, shuffle=False)

model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(1),
    nn.Flatten(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.8)
for epoch in range(6):
    model.train()
    total_loss, seen = 0.0, 0
    for images, targets in train_loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), targets)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(targets)
        seen += len(targets)
    scheduler.step()
    print(f"epoch {epoch} loss {total_loss / seen:.4f}")

model.eval()
y_true, y_pred = [], []
with torch.no_grad():
    for images, targets in test_loader:
        y_pred.extend(model(images).argmax(1).tolist())
        y_true.extend(targets.tolist())
print(confusion_matrix(y_true, y_pred, labels=[0, 1, 2]))
p, r, f, s = precision_recall_fscore_support(y_true, y_pred, labels=[0, 1, 2], zero_division=0)
for k, name in enumerate(["clean", "scratch", "spot"]):
    print(f"{name:8s} P {p[k]:.2f} R {r[k]:.2f} F1 {f[k]:.2f} n {s[k]}")
