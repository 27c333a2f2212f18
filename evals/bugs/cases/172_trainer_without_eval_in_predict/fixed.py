"""Train a digit classifier, keep its best weights, and classify pictures in pairs, as they arrive."""

import argparse
import copy
import random

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class ConvNet(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1),
            nn.BatchNorm2d(12),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(12, 24, 3, padding=1),
            nn.BatchNorm2d(24),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
        )
        self.classify = nn.Linear(24, classes)

    def forward(self, x):
        return self.classify(self.features(x).flatten(1))


class Trainer:
    def __init__(self, model, lr):
        self.model = model
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
        self.loss_fn = nn.CrossEntropyLoss()
        self.best, self.best_state = 0.0, None

    def train_epoch(self, loader):
        self.model.train()
        for x, y in loader:
            self.optimizer.zero_grad()
            self.loss_fn(self.model(x), y).backward()
            self.optimizer.step()

    @torch.no_grad()
    def accuracy(self, loader):
        self.model.eval()
        hits = sum((self.model(x).argmax(1) == y).sum().item() for x, y in loader)
        return hits / len(loader.dataset)

    def fit(self, train_loader, val_loader, epochs):
        for epoch in range(epochs):
            self.train_epoch(train_loader)
            accuracy = self.accuracy(val_loader)
            if accuracy > self.best:
                self.best, self.best_state = accuracy, copy.deepcopy(self.model.state_dict())
            print(f"epoch {epoch}: validation {accuracy:.3f}")


def predict(model, images):
    """Class of each picture; they come in pairs."""
    model.eval()
    answers = []
    with torch.no_grad():
        for pair in images.split(2):
            answers.append(model(pair).argmax(dim=1))
    return torch.cat(answers)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--lr", type=float, default=5e-3)
    args = parser.parse_args()
    seed_everything(0)

    digits = load_digits()
    images = torch.tensor(digits.images / 16, dtype=torch.float32).unsqueeze(1)
    labels = torch.tensor(digits.target)
    rest, test = train_test_split(np.arange(len(labels)), test_size=0.2, random_state=0)
    train, val = train_test_split(rest, test_size=0.2, random_state=0)
    train_loader = DataLoader(TensorDataset(images[train], labels[train]), batch_size=64, shuffle=True)
    val_loader = DataLoader(TensorDataset(images[val], labels[val]), batch_size=256)

    trainer = Trainer(ConvNet(), args.lr)
    trainer.fit(train_loader, val_loader, args.epochs)

    served = ConvNet()
    served.load_state_dict(trainer.best_state)
    answers = predict(served, images[test])
    print("accuracy one by one:", (answers == labels[test]).float().mean().item())


if __name__ == "__main__":
    main()
