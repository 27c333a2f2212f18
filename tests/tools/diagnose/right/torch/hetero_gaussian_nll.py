import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.rand(1000, 1) * 2
y = 2 * x + (0.05 + 0.4 * x) * torch.randn_like(x)
train = DataLoader(TensorDataset(x[:800], y[:800]), batch_size=80, shuffle=True)
xv, yv = x[800:], y[800:]


class MeanVar(nn.Module):
    def __init__(self, hidden: int = 32) -> None:
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(1, hidden), nn.ReLU())
        self.mean = nn.Linear(hidden, 1)
        self.var = nn.Sequential(nn.Linear(hidden, 1), nn.Softplus())

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.shared(x)
        return self.mean(h), self.var(h) + 1e-4


net = MeanVar()
loss_fn = nn.GaussianNLLLoss()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
WARM = 5          # squared error first, so that the variance cannot hide a bad mean
for epoch in range(25):
    net.train()
    for xb, yb in train:
        m, v = net(xb)
        loss = nn.functional.mse_loss(m, yb) if epoch < WARM else loss_fn(m, yb, v)
        opt.zero_grad()
        loss.backward()
        opt.step()
net.eval()
with torch.no_grad():
    m, v = net(xv)
    inside = ((yv - m).abs() < 1.96 * v.sqrt()).float().mean().item()
    sd = net(torch.tensor([[0.1], [1.9]]))[1].sqrt().squeeze(-1)
print(f"nll {loss_fn(m, yv, v).item():.3f}, 95% interval covers {inside:.3f}, sd at 0.1 / 1.9: {sd[0]:.2f} / {sd[1]:.2f}")
