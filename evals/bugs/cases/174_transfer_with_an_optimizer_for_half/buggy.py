"""Fine-tuning with a small rate for the backbone and a larger one for the new head."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Backbone(nn.Module):
    def __init__(self, inputs=16, width=96):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())

    def forward(self, x):
        return self.layers(x)


class FineTuned(nn.Module):
    def __init__(self, backbone, classes):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Sequential(nn.LayerNorm(96), nn.Linear(96, classes))

    def forward(self, x):
        return self.head(self.backbone(x))


def parameter_groups(model, small=1e-4, large=1e-2):
    """Weights without decay for norms and biases; the backbone learns slowly."""
    decayed, plain = [], []
    for name, parameter in model.backbone.named_parameters():
        (plain if name.endswith("bias") else decayed).append(parameter)
    groups = [
        {"params": decayed, "lr": small, "weight_decay": 1e-2},
        {"params": plain, "lr": small, "weight_decay": 0.0},
    ]
    return groups


def data(seed=0):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(600, 16, generator=g)
    y = (x[:, :4].sum(dim=1) > 0).long()
    return DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True, generator=g)


def main():
    torch.manual_seed(0)
    model = FineTuned(Backbone(), classes=2)
    optimizer = torch.optim.AdamW(parameter_groups(model))
    loss_fn = nn.CrossEntropyLoss()
    loader = data()
    for epoch in range(15):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch} training loss {total / len(loader):.4f}")


if __name__ == "__main__":
    main()
