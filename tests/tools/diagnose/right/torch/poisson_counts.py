import numpy as np
import torch
from torch import nn
from torch.utils.data import TensorDataset, DataLoader, random_split

rs = np.random.RandomState(3)
torch.manual_seed(3)
n = 2000
temp, holiday, hour = rs.normal(15, 8, n), rs.binomial(1, 0.1, n), rs.randint(0, 24, n)
exposure = rs.uniform(0.5, 2.0, n)
rate = np.exp(0.5 + 0.03 * temp + 0.4 * holiday + 0.8 * np.sin(2 * np.pi * hour / 24))
count = rs.poisson(rate * exposure)

feats = np.column_stack([(temp - 15) / 8, holiday, np.sin(2 * np.pi * hour / 24), np.cos(2 * np.pi * hour / 24)])
ds = TensorDataset(torch.tensor(feats, dtype=torch.float32), torch.tensor(np.log(exposure), dtype=torch.float32),
                   torch.tensor(count, dtype=torch.float32))
train_ds, test_ds = random_split(ds, [0.8, 0.2], generator=torch.Generator().manual_seed(0))
train, test = DataLoader(train_ds, batch_size=100, shuffle=True), DataLoader(test_ds, batch_size=400)

net = nn.Sequential(nn.Linear(4, 24), nn.Tanh(), nn.Linear(24, 1))
loss_fn = nn.PoissonNLLLoss(log_input=True, full=False)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.MultiStepLR(opt, milestones=[6, 9], gamma=0.3)
for epoch in range(12):
    net.train()
    for x, off, y in train:
        log_mu = net(x).squeeze(1) + off               # offset for the exposure
        loss = loss_fn(log_mu, y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    sched.step()

net.eval()
dev, m = 0.0, 0
with torch.no_grad():
    for x, off, y in test:
        mu = torch.exp(net(x).squeeze(1) + off)
        dev += 2 * (torch.xlogy(y, y / mu) - (y - mu)).sum().item()
        m += len(y)
print("mean Poisson deviance", round(dev / m, 3))
