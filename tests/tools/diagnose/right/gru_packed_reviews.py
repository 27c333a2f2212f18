"""Sentiment of variable-length reviews: GRU over packed sequences."""
import pandas as pd
import torch
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

PAD, UNK = 0, 1


class Reviews(Dataset):
    def __init__(self, frame, vocab):
        self.ids = [torch.tensor([vocab.get(w, UNK) for w in t.split()]) for t in frame["text"]]
        self.y = torch.tensor((frame["label"] == "pos").to_numpy(), dtype=torch.float32)

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, i):
        return self.ids[i], self.y[i]


def collate(batch):
    seqs, ys = zip(*batch)
    lengths = torch.tensor([len(s) for s in seqs])
    return pad_sequence(seqs, batch_first=True, padding_value=PAD), lengths, torch.stack(ys)


class Classifier(nn.Module):
    def __init__(self, n_words, dim=24, hidden=32):
        super().__init__()
        self.emb = nn.Embedding(n_words, dim, padding_idx=PAD)
        self.gru = nn.GRU(dim, hidden, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(2 * hidden, 1)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.emb(x), lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, h = self.gru(packed)                      # (2, batch, hidden): last true step of both directions
        return self.out(self.drop(torch.cat([h[0], h[1]], dim=1))).squeeze(1)


def accuracy(model, loader):
    model.eval()
    hits = n = 0
    with torch.no_grad():
        for x, lengths, y in loader:
            hits += ((model(x, lengths) > 0) == (y > 0.5)).sum().item()   # logit > 0  <=>  p > 0.5
            n += len(y)
    return hits / n


def main():
    torch.manual_seed(7)
    df = pd.read_csv("reviews.csv")
    train, test = train_test_split(df, test_size=0.25, stratify=df["label"], random_state=7)
    vocab = {w: i + 2 for i, w in enumerate(sorted({w for t in train["text"] for w in t.split()}))}
    train_dl = DataLoader(Reviews(train, vocab), batch_size=32, shuffle=True, collate_fn=collate)
    test_dl = DataLoader(Reviews(test, vocab), batch_size=128, collate_fn=collate)
    model = Classifier(len(vocab) + 2)
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    loss_fn = nn.BCEWithLogitsLoss()
    for epoch in range(6):
        model.train()
        for x, lengths, y in train_dl:
            opt.zero_grad(set_to_none=True)
            loss = loss_fn(model(x, lengths), y)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
    print(f"train {accuracy(model, train_dl):.3f}  test {accuracy(model, test_dl):.3f}")


if __name__ == "__main__":
    main()
