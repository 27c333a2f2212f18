"""The sum of a sequence, by a GRU, with packed sequences of different lengths."""

import torch
from torch import nn

torch.manual_seed(0)
lengths = torch.randint(3, 9, (480,))
X = torch.randn(480, 8, 2) * (torch.arange(8) < lengths.unsqueeze(1)).unsqueeze(2)
y = X[:, :, :1].sum(dim=1)


class Sums(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.out = nn.GRU(2, 16, batch_first=True), nn.Linear(16, 1)

    def forward(self, steps, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(steps, lengths, batch_first=True, enforce_sorted=False)
        return self.out(self.gru(packed)[1][-1])


model = Sums()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _epoch in range(10):
    for at in range(0, 384, 32):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(X[at : at + 32], lengths[at : at + 32]), y[at : at + 32])
        loss.backward()
        optimizer.step()
