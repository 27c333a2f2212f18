import logging
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split
from sklearn.datasets import load_digits

logging.basicConfig(level=logging.INFO, format="%(message)s")
log = logging.getLogger("lenet")


class LeNet(nn.Module):
    def __init__(self, n_classes: int = 10) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 16, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Sequential(
            nn.Linear(16 * 2 * 2, 120),
            nn.ReLU(inplace=True),
            nn.Dropout(0.3),
            nn.Linear(120, 84),
            nn.ReLU(inplace=True),
            nn.Linear(84, n_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = torch.flatten(x, 1)
        return self.classifier(x)


def epoch_pass(model, loader, loss_fn, opt=None):
    model.train(opt is not None)
    total, hits = 0.0, 0
    with torch.set_grad_enabled(opt is not None):
        for x, y in loader:
            out = model(x)
            loss = loss_fn(out, y)
            if opt is not None:
                opt.zero_grad()
                loss.backward()
                opt.step()
            total += loss.item() * len(x)
            hits += (out.argmax(1) == y).sum().item()
    n = len(loader.dataset)
    return total / n, hits / n


def main() -> None:
    torch.manual_seed(2)
    d = load_digits()
    ds = TensorDataset(torch.tensor(d.images / 16, dtype=torch.float32)[:, None], torch.tensor(d.target))
    train, test = random_split(ds, [1300, len(ds) - 1300], generator=torch.Generator().manual_seed(2))
    model, loss_fn = LeNet(), nn.CrossEntropyLoss()
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    for ep in range(6):
        tr = epoch_pass(model, DataLoader(train, 64, shuffle=True), loss_fn, opt)
        te = epoch_pass(model, DataLoader(test, 256), loss_fn)
        log.info("epoch %d  train %.3f/%.3f  test %.3f/%.3f", ep, *tr, *te)


if __name__ == "__main__":
    main()
