"""The state goes on from chunk to chunk, its history does not."""
# needs: torch
import torch
from torch import nn

torch.manual_seed(0)
signal = (torch.sin(torch.arange(600) / 7) + 0.05 * torch.randn(600)).view(1, -1, 1)
lstm = nn.LSTM(1, 16, batch_first=True)
readout = nn.Linear(16, 1)
parameters = [*lstm.parameters(), *readout.parameters()]
optimizer = torch.optim.Adam(parameters, lr=0.01)
for epoch in range(3):
    state = None
    for start in range(0, 575, 25):
        out, state = lstm(signal[:, start : start + 25], state)
        state = tuple(part.detach() for part in state)
        loss = nn.functional.mse_loss(readout(out), signal[:, start + 1 : start + 26])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
print("loss", loss.item())
