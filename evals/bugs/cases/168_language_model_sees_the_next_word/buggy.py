"""A tiny language model on a language without any grammar: eight letters at random, log(8) = 2.08 at best."""

import torch
from torch import nn


class TinyLM(nn.Module):
    def __init__(self, letters=8, width=32, length=16):
        super().__init__()
        self.embed = nn.Embedding(letters, width)
        self.place = nn.Parameter(0.1 * torch.randn(length, width))
        layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=1)
        self.out = nn.Linear(width, letters)

    def forward(self, tokens):
        x = self.embed(tokens) + self.place[: tokens.shape[1]]
        return self.out(self.encoder(x))


torch.manual_seed(0)
model = TinyLM()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(200):
    text = torch.randint(0, 8, (64, 17))
    inputs, following = text[:, :-1], text[:, 1:]
    logits = model(inputs)
    loss = nn.functional.cross_entropy(logits.reshape(-1, 8), following.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("loss per token", round(loss.item(), 3))
