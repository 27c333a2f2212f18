# LSTM: next hour from the last 24
import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
series = pd.read_csv("hourly_load.csv")["load_mw"].to_numpy(dtype="float32")

WINDOW = 24
n_train, n_val = 1600, 400

mean, std = series[:n_train].mean(), series[:n_train].std()
scaled = (series - mean) / std


def windows(a):
    x = np.stack([a[i:i + WINDOW] for i in range(len(a) - WINDOW)])
    return torch.from_numpy(x).unsqueeze(-1), torch.from_numpy(a[WINDOW:]).unsqueeze(-1)


x_train, y_train = windows(scaled[:n_train])
x_val, y_val = windows(scaled[n_train - WINDOW:n_train + n_val])   # inputs may reach back, targets do not
x_test, y_test = windows(scaled[n_train + n_val - WINDOW:])


class Forecaster(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.head(out[:, -1])


net = Forecaster()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
mse = nn.MSELoss()
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)

for epoch in range(8):
    net.train()
    for xb, yb in loader:
        opt.zero_grad()
        mse(net(xb), yb).backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, f"val mse {mse(net(x_val), y_val).item():.4f}")

net.eval()
with torch.no_grad():
    pred = net(x_test) * std + mean
truth = y_test * std + mean
print("test MAE %.2f MW" % (pred - truth).abs().mean().item())
print("persistence MAE %.2f MW" % ((x_test[:, -1] * std + mean) - truth).abs().mean().item())
