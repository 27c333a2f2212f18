import torch
from torch import nn

torch.manual_seed(1)
walks = torch.randn(500, 15, 1)
ends_above = (walks.sum(dim=1) > 0).long().squeeze(1)

gru = nn.GRU(1, 20, batch_first=True)
head = nn.Linear(20, 2)
optimizer = torch.optim.Adam([*gru.parameters(), *head.parameters()], lr=0.02)


def classify(x):
    states, last = gru(x)
    return head(states[:, 0, :])


for epoch in range(60):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(classify(walks[:400]), ends_above[:400])
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print("accuracy", (classify(walks[400:]).argmax(1) == ends_above[400:]).float().mean().item())
