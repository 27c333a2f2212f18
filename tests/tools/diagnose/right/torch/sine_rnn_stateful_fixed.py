import torch
import torch.nn as nn

torch.manual_seed(10)


class Forecaster(nn.Module):
    """GRU that predicts the next value; state may be passed on between chunks."""

    def __init__(self, hidden=24):
        super().__init__()
        self.rnn = nn.GRU(1, hidden, batch_first=True)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, x, h=None):
        out, h = self.rnn(x, h)
        return self.readout(out), h


def make_series(n=1200):
    t = torch.arange(n, dtype=torch.float32)
    s = torch.sin(t / 9) + 0.4 * torch.sin(t / 23 + 1) + 0.05 * torch.randn(n)
    return (s - s[:900].mean()) / s[:900].std()


series = make_series()
train, test = series[:900], series[900:]
CHUNK = 50

model = Forecaster()
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(8):
    hidden = None
    epoch_loss = 0.0
    for start in range(0, len(train) - CHUNK - 1, CHUNK):
        chunk = train[start : start + CHUNK + 1]
        x, y = chunk[:-1].view(1, -1, 1), chunk[1:].view(1, -1, 1)
        optimizer.zero_grad()
        pred, hidden = model(x, hidden)
        hidden = hidden.detach()
        loss = loss_fn(pred, y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        epoch_loss += loss.item()
    if epoch % 2 == 1:
        print("epoch", epoch + 1, "loss", round(epoch_loss / (len(train) // CHUNK), 4))

model.eval()
with torch.no_grad():
    _, h = model(train[:-1].view(1, -1, 1))
    full = torch.cat([train[-1:], test[:-1]]).view(1, -1, 1)
    pred, _ = model(full, h)
    naive = ((test - full.view(-1)) ** 2).mean().item()
    mse = ((pred.view(-1) - test) ** 2).mean().item()
print("one-step test MSE", round(mse, 4), " naive", round(naive, 4))
