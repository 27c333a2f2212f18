import torch
from torch import nn
from torch.utils.data import DataLoader
from sklearn.datasets import load_digits

torch.manual_seed(3)
x = torch.tensor(load_digits().data, dtype=torch.float32) / 16
perm = torch.randperm(len(x))
train_x, test_x = x[perm[:1500]], x[perm[1500:]]


class AutoEncoder(nn.Module):
    def __init__(self, latent=6):
        super(AutoEncoder, self).__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, latent))
        self.decoder = nn.Sequential(nn.Linear(latent, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


ae = AutoEncoder()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(ae.parameters(), lr=2e-3)

for epoch in range(20):
    ae.train()
    total = 0
    for batch in DataLoader(train_x, batch_size=50, shuffle=True):
        recon = ae(batch)
        loss = criterion(recon, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * batch.shape[0]
    if (epoch + 1) % 5 == 0:
        print("epoch", epoch + 1, "train mse", round(total / len(train_x), 4))

ae.eval()
with torch.no_grad():
    print("test mse", round(criterion(ae(test_x), test_x).item(), 4))
    print("mse of the mean image", round(criterion(train_x.mean(0).expand_as(test_x), test_x).item(), 4))
