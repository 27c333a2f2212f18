"""Recognise sequences of tones: log spectrogram -> GRU -> CTC."""
import torch
import torch.nn as nn

SR, HOP, NFFT = 4000, 100, 256
FREQS = [300, 500, 800, 1200, 1700]          # symbols 1..5, 0 is the blank


def utterance(gen):
    k = int(torch.randint(2, 5, (1,), generator=gen))
    syms = torch.randint(1, 6, (k,), generator=gen)
    parts = []
    for s in syms:
        dur = int(torch.randint(500, 900, (1,), generator=gen))
        t = torch.arange(dur) / SR
        parts += [torch.sin(2 * torch.pi * FREQS[s - 1] * t), torch.zeros(int(torch.randint(200, 400, (1,), generator=gen)))]
    wav = torch.cat(parts)
    return wav + 0.2 * torch.randn(len(wav), generator=gen), syms


def features(wav):
    spec = torch.stft(wav, NFFT, HOP, window=torch.hann_window(NFFT), return_complex=True).abs()
    f = torch.log1p(spec).T                    # [frames, bins]
    return (f - f.mean()) / (f.std() + 1e-5)   # per-utterance


def collate(items):
    feats = [features(w) for w, _ in items]
    x = nn.utils.rnn.pad_sequence(feats, batch_first=True)
    return x, torch.tensor([len(f) for f in feats]), torch.cat([s for _, s in items]), torch.tensor([len(s) for _, s in items])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(NFFT // 2 + 1, 32)
        self.rnn = nn.GRU(32, 32, batch_first=True)
        self.out = nn.Linear(32, 6)

    def forward(self, x):
        h, _ = self.rnn(torch.relu(self.inp(x)))
        return self.out(h).log_softmax(-1)


def greedy(logp, n):
    ids = torch.unique_consecutive(logp[:n].argmax(-1))
    return ids[ids != 0].tolist()


def edit(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        prev, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            prev, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, prev + (x != y))
    return row[-1]


def main():
    torch.manual_seed(0)
    gen = torch.Generator().manual_seed(5)
    train = [utterance(gen) for _ in range(240)]
    test = [utterance(gen) for _ in range(60)]
    net = Net()
    ctc = nn.CTCLoss(blank=0, zero_infinity=True)
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    batches = [train[i:i + 24] for i in range(0, len(train), 24)]
    batches = [collate(b) for b in batches]
    for epoch in range(30):
        net.train()
        total = 0.0
        for b in torch.randperm(len(batches)).tolist():
            x, xl, y, yl = batches[b]
            loss = ctc(net(x).transpose(0, 1), y, xl, yl)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            opt.step()
            total += loss.item()
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1} ctc {total / len(batches):.3f}")
    net.eval()
    x, xl, _, _ = collate(test)
    with torch.no_grad():
        lp = net(x)
    err = sum(edit(greedy(lp[i], xl[i]), s.tolist()) for i, (_, s) in enumerate(test))
    print("symbol error rate", round(err / sum(len(s) for _, s in test), 3))


main()
