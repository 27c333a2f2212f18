import torch
from torch import nn

torch.manual_seed(0)
wave = torch.sin(torch.arange(0, 400) / 5.0).view(1, -1, 1)
rnn = nn.GRU(1, 16, batch_first=True)
out = nn.Linear(16, 1)
optimizer = torch.optim.Adam([*rnn.parameters(), *out.parameters()], lr=0.01)

hidden = torch.zeros(1, 1, 16)
for start in range(0, 380, 20):
    chunk = wave[:, start : start + 20]
    following = wave[:, start + 1 : start + 21]
    hidden = hidden.detach()
    states, hidden = rnn(chunk, hidden)
    loss = nn.functional.mse_loss(out(states), following)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(start, round(loss.item(), 4))
