# Two tasks, one trunk; homoscedastic uncertainty weights (Kendall et al.)
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class TwoTasks(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.x = torch.randn(n, 12, generator=g)
        z = self.x[:, :4].sum(1)
        self.reg = (z + 0.3 * torch.randn(n, generator=g))
        self.cls = ((z + self.x[:, 5]) > 0).long()

    def __len__(self):
        return self.x.shape[0]

    def __getitem__(self, i):
        return {"x": self.x[i], "reg": self.reg[i], "cls": self.cls[i]}


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 48), nn.ReLU())
        self.heads = nn.ModuleDict({"reg": nn.Linear(48, 1), "cls": nn.Linear(48, 2)})
        self.log_var = nn.ParameterDict({k: nn.Parameter(torch.zeros(())) for k in self.heads})

    def forward(self, x):
        h = self.trunk(x)
        return {"reg": self.heads["reg"](h).squeeze(-1), "cls": self.heads["cls"](h)}

    def loss(self, out, batch):
        parts = {"reg": nn.functional.mse_loss(out["reg"], batch["reg"]),
                 "cls": nn.functional.cross_entropy(out["cls"], batch["cls"])}
        total = (0.5 * torch.exp(-self.log_var["reg"]) * parts["reg"] + 0.5 * self.log_var["reg"]
                 + torch.exp(-self.log_var["cls"]) * parts["cls"] + 0.5 * self.log_var["cls"])
        return total, {k: v.item() for k, v in parts.items()}


torch.manual_seed(0)
train = DataLoader(TwoTasks(1000, 1), batch_size=50, shuffle=True)
test = DataLoader(TwoTasks(300, 2), batch_size=100)
model = Model()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(5):
    model.train()
    for batch in train:
        opt.zero_grad()
        total, parts = model.loss(model(batch["x"]), batch)
        total.backward()
        opt.step()

    model.eval()
    se, ok = 0.0, 0
    with torch.no_grad():
        for batch in test:
            out = model(batch["x"])
            se += ((out["reg"] - batch["reg"]) ** 2).sum().item()
            ok += (out["cls"].argmax(1) == batch["cls"]).sum().item()
    n = len(test.dataset)
    sig = {k: round(v.item(), 2) for k, v in model.log_var.items()}
    print(f"epoch {epoch}: mse {se / n:.3f}, accuracy {ok / n:.3f}, log variances {sig}")
