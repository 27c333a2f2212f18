import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)
x = torch.randn(300, 40)
y = (x[:, 0] + 2 * torch.randn(300) > 0).long()
train_set, valid_set = random_split(TensorDataset(x, y), [200, 100])

loaders = {
    "train": DataLoader(train_set, batch_size=20, shuffle=True),
    "valid": DataLoader(train_set, batch_size=100),
}
model = nn.Sequential(nn.Linear(40, 64), nn.ReLU(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(30):
    for phase in ("train", "valid"):
        model.train(phase == "train")
        hits = 0
        for xb, yb in loaders[phase]:
            with torch.set_grad_enabled(phase == "train"):
                out = model(xb)
                loss = nn.functional.cross_entropy(out, yb)
            if phase == "train":
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            hits += (out.argmax(1) == yb).sum().item()
print("validation accuracy", hits / len(loaders["valid"].dataset))
