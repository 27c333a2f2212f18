import torch
import torch.nn as nn

text = (
    "the quick brown fox jumps over the lazy dog. "
    "a wizard's job is to vex chumps quickly in fog. "
    "pack my box with five dozen liquor jugs. "
) * 12

chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])

torch.manual_seed(1337)
block_size, batch_size, hidden = 32, 16, 64


class CharRNN(nn.Module):
    def __init__(self, vocab_size):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, 24)
        self.rnn = nn.GRU(24, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, vocab_size)

    def forward(self, x, h=None):
        out, h = self.rnn(self.emb(x), h)
        return self.fc(out), h


def get_batch():
    ix = torch.randint(len(data) - block_size, (batch_size,))
    x = torch.stack([data[i:i + block_size] for i in ix])
    y = torch.stack([data[i + 1:i + block_size + 1] for i in ix])
    return x, y


model = CharRNN(len(chars))
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
for step in range(150):
    xb, yb = get_batch()
    logits, _ = model(xb)
    loss = nn.functional.cross_entropy(logits.reshape(-1, len(chars)), yb.reshape(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(step, round(loss.item(), 3))

model.eval()
with torch.no_grad():
    out, h = [stoi["t"]], None
    for _ in range(80):
        logits, h = model(torch.tensor([[out[-1]]]), h)
        probs = torch.softmax(logits[0, -1] / 0.8, dim=-1)
        out.append(torch.multinomial(probs, 1).item())
print("".join(chars[i] for i in out))
