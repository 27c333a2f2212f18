"""A model that tells the next word, with a mask of the words that come later."""

import torch
from torch import nn

torch.manual_seed(0)
words = torch.randint(0, 12, (480, 9))
words[:, 1:] = (words[:, :1] + 3 * torch.arange(1, 9)) % 12
later = nn.Transformer.generate_square_subsequent_mask(8)


class Tells(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(12, 16), nn.Parameter(torch.randn(8, 16))
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.1, batch_first=True)
        self.out = nn.Linear(16, 12)

    def forward(self, rows):
        return self.out(self.layer(self.words(rows) + self.places, src_mask=later, is_causal=True))


model = Tells()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for _epoch in range(5):
    model.train()
    for at in range(0, 384, 32):
        rows = words[at : at + 32]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(rows[:, :-1]).reshape(-1, 12), rows[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        apart = nn.functional.cross_entropy(model(words[384:, :-1]).reshape(-1, 12), words[384:, 1:].reshape(-1))
