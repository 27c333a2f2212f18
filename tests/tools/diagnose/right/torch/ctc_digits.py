import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
N_SYM, BLANK = 5, 0
proto = torch.randn(N_SYM + 1, 12)


def make(n):
    xs, x_len, ys, y_len = [], [], [], []
    for _ in range(n):
        L = torch.randint(2, 5, (1,)).item()
        lab = torch.randint(1, N_SYM + 1, (L,))
        frames = []
        for s in lab.tolist():
            rep = torch.randint(2, 5, (1,)).item()
            frames += [proto[s] + 0.3 * torch.randn(12) for _ in range(rep)]
            frames += [proto[0] + 0.3 * torch.randn(12)]
        xs.append(torch.stack(frames)); x_len.append(len(frames))
        ys.append(lab); y_len.append(L)
    return (nn.utils.rnn.pad_sequence(xs, batch_first=True), torch.tensor(x_len),
            torch.cat(ys), torch.tensor(y_len))


class Acoustic(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(12, 32, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(64, N_SYM + 1)

    def forward(self, x, lengths):
        p = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(p)[0], batch_first=True)
        return self.fc(h)


def greedy(logits, lengths):
    res = []
    for row, n in zip(logits.argmax(-1), lengths.tolist()):
        seq = torch.unique_consecutive(row[:n])
        res.append(seq[seq != BLANK].tolist())
    return res


model = Acoustic()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
ctc = nn.CTCLoss(blank=BLANK, zero_infinity=True)
for step in range(80):
    x, xl, y, yl = make(16)
    log_probs = F.log_softmax(model(x, xl), dim=-1).transpose(0, 1)      # (T, B, C)
    loss = ctc(log_probs, y, xl, yl)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    opt.step()
    if step % 20 == 0:
        print(step, round(loss.item(), 3))
model.eval()
with torch.no_grad():
    x, xl, y, yl = make(50)
    hyp = greedy(model(x, xl), xl)
ref = [t.tolist() for t in y.split(yl.tolist())]
print("sequence accuracy", sum(h == r for h, r in zip(hyp, ref)) / len(ref))
