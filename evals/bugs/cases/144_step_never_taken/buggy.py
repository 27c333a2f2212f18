import torch
from torch import nn


class Trainer:
    def __init__(self, model, lr):
        self.model = model
        self.loss_fn = nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def train_step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        return loss.item()


torch.manual_seed(0)
x = torch.randn(256, 4)
y = (x.sum(dim=1, keepdim=True) > 0).float()
trainer = Trainer(nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1)), lr=0.02)
for epoch in range(100):
    loss = trainer.train_step(x, y)
print("loss", loss)
