import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y), test_size=0.3, random_state=5)


class EarlyExit(nn.Module):
    def __init__(self, width=48, depth=3):
        super().__init__()
        self.stages, self.exits = nn.ModuleList(), nn.ModuleList()
        for i in range(depth):
            self.stages.append(nn.Sequential(nn.Linear(64 if i == 0 else width, width), nn.ReLU()))
            self.exits.append(nn.Linear(width, 10))

    def forward(self, x):
        outs = []
        for stage, ex in zip(self.stages, self.exits):
            x = stage(x)
            outs.append(ex(x))
        return outs

    @torch.no_grad()
    def infer(self, x, confidence=0.9):
        pred = torch.full((len(x),), -1)
        used = torch.zeros(len(x), dtype=torch.long)
        live = torch.arange(len(x))
        for i, (stage, ex) in enumerate(zip(self.stages, self.exits)):
            x = stage(x)
            conf, cls = F.softmax(ex(x), dim=1).max(1)
            leave = conf >= confidence
            if i == len(self.stages) - 1:
                leave = torch.ones_like(leave)
            pred[live[leave]], used[live[leave]] = cls[leave], i
            live, x = live[~leave], x[~leave]
            if len(live) == 0:
                break
        return pred, used


model = EarlyExit()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
loss_weights = [0.3, 0.3, 1.0]
for epoch in range(8):
    model.train()
    for b in torch.randperm(len(Xa)).split(64):
        loss = sum(w * F.cross_entropy(o, ya[b]) for w, o in zip(loss_weights, model(Xa[b])))
        opt.zero_grad()
        loss.backward()
        opt.step()
model.eval()
for c in (0.5, 0.9, 0.99):
    pred, used = model.infer(Xb, c)
    print(f"confidence {c}: accuracy {(pred == yb).float().mean().item():.3f}, mean stages {used.float().mean().item() + 1:.2f}")
