"""Inputs are their own targets here; pixels lie between 0 and 1, so sigmoid and BCELoss belong together."""
# needs: torch, sklearn
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(0)
pixels = torch.tensor(load_digits().data / 16, dtype=torch.float32)
loader = DataLoader(pixels[:1500], batch_size=100, shuffle=True)
encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 8))
decoder = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())
autoencoder = nn.Sequential(encoder, decoder)
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(autoencoder.parameters(), lr=3e-3)
for epoch in range(10):
    for batch in loader:
        optimizer.zero_grad()
        loss = criterion(autoencoder(batch), batch)
        loss.backward()
        optimizer.step()
with torch.no_grad():
    print("reconstruction", criterion(autoencoder(pixels[1500:]), pixels[1500:]).item())
