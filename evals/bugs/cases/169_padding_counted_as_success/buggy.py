import torch
from torch import nn

PAD = 0
torch.manual_seed(0)
tags = torch.randint(1, 6, (200, 30))
lengths = torch.randint(3, 10, (200,))
for row, length in enumerate(lengths):
    tags[row, length:] = PAD
words = torch.where(tags == PAD, 0, torch.randint(1, 50, tags.shape))  # words tell nothing of tags

model = nn.Sequential(nn.Embedding(50, 16), nn.Linear(16, 6))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(40):
    optimizer.zero_grad()
    logits = model(words)
    criterion(logits.reshape(-1, 6), tags.reshape(-1)).backward()
    optimizer.step()

hits = logits.argmax(-1) == tags
print("token accuracy", hits.float().mean().item())
