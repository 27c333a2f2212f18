"""Next letter, and no look ahead."""
# needs: torch
import torch
from torch import nn

torch.manual_seed(0)
LETTERS, LENGTH = 6, 12


class CausalModel(nn.Module):
    def __init__(self, width=24):
        super().__init__()
        self.letters = nn.Embedding(LETTERS, width)
        self.places = nn.Embedding(LENGTH, width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.out = nn.Linear(width, LETTERS)

    def forward(self, x):
        h = self.letters(x) + self.places(torch.arange(x.shape[1]))
        hidden = torch.triu(torch.ones(x.shape[1], x.shape[1], dtype=torch.bool), diagonal=1)
        attended, _ = self.attention(h, h, h, attn_mask=hidden, need_weights=False)
        return self.out(h + attended)


start = torch.randint(0, LETTERS, (256, 1))
text = (start + torch.arange(LENGTH + 1)) % LETTERS
model = CausalModel()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(60):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(text[:, :-1]).transpose(1, 2), text[:, 1:])
    loss.backward()
    optimizer.step()
print("loss", loss.item())
