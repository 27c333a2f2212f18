import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader

torch.manual_seed(0)
rng = np.random.default_rng(0)
t = np.arange(1600)
series = np.sin(t / 8) + 0.5 * np.sin(t / 25 + 1) + 0.002 * t + 0.1 * rng.standard_normal(len(t))
LOOK, HORIZON = 48, 6
n_train, n_val = 1100, 250
mu, sd = series[:n_train].mean(), series[:n_train].std()
z = ((series - mu) / sd).astype(np.float32)


class Windows(Dataset):
    def __init__(self, values):
        self.v = torch.from_numpy(values)

    def __len__(self):
        return len(self.v) - LOOK - HORIZON + 1

    def __getitem__(self, i):
        return self.v[i:i + LOOK].unsqueeze(0), self.v[i + LOOK:i + LOOK + HORIZON]


class CausalConv(nn.Module):
    def __init__(self, c_in, c_out, k, dilation):
        super().__init__()
        self.pad = (k - 1) * dilation
        self.conv = nn.utils.parametrizations.weight_norm(nn.Conv1d(c_in, c_out, k, dilation=dilation))
        self.skip = nn.Conv1d(c_in, c_out, 1) if c_in != c_out else nn.Identity()

    def forward(self, x):
        return torch.relu(self.conv(nn.functional.pad(x, (self.pad, 0)))) + self.skip(x)


class TCN(nn.Module):
    def __init__(self, ch=16):
        super().__init__()
        self.layers = nn.Sequential(*[CausalConv(1 if i == 0 else ch, ch, 3, 2 ** i) for i in range(4)])
        self.out = nn.Linear(ch, HORIZON)

    def forward(self, x):
        last = x[:, :, -1]                       # (B, 1), predict the change from here
        return last + self.out(self.layers(x)[:, :, -1])


train = DataLoader(Windows(z[:n_train]), batch_size=64, shuffle=True)
val = DataLoader(Windows(z[n_train - LOOK:n_train + n_val]), batch_size=256)
test = DataLoader(Windows(z[n_train + n_val - LOOK:]), batch_size=256)
net = TCN()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)


def mae(loader):
    net.eval()
    tot = 0.0
    with torch.no_grad():
        for x, y in loader:
            tot += (net(x) - y).abs().mean(1).sum().item()
    return sd * tot / len(loader.dataset)


best, best_state = float("inf"), None
for epoch in range(5):
    net.train()
    for x, y in train:
        loss = nn.functional.l1_loss(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    v = mae(val)
    if v < best:
        best, best_state = v, {k: p.detach().clone() for k, p in net.state_dict().items()}
    print(epoch, "val MAE", round(v, 4))
net.load_state_dict(best_state)
print("test MAE", round(mae(test), 4))
