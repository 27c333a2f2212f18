import random
from collections import Counter
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader

random.seed(11)
torch.manual_seed(11)

TOPICS = {
    "sport": "match goal team coach win league player score".split(),
    "finance": "bank market stock rate profit fund price bond".split(),
    "science": "cell star energy theory lab particle gene data".split(),
    "food": "salt oven recipe taste sauce bake fresh dinner".split(),
}
FILL = "the of and in to it was for on that by as at new said people year day".split()
NAMES = list(TOPICS)


def make_doc():
    k = random.randrange(4)
    words = random.choices(FILL, k=random.randint(8, 14)) + random.choices(TOPICS[NAMES[k]], k=3) + random.choices(TOPICS[random.choice(NAMES)], k=1)
    random.shuffle(words)
    return words, k


docs = [make_doc() for _ in range(1200)]
train_docs, dev_docs, test_docs = docs[:800], docs[800:1000], docs[1000:]

counter = Counter(w for d, _ in train_docs for w in d)
itos = ["<pad>", "<unk>"] + [w for w, c in counter.most_common() if c >= 2]
stoi = {w: i for i, w in enumerate(itos)}
MAX_LEN = 20


class TextDataset(Dataset):
    def __init__(self, docs):
        self.docs = docs

    def __len__(self):
        return len(self.docs)

    def __getitem__(self, i):
        words, label = self.docs[i]
        ids = [stoi.get(w, 1) for w in words[:MAX_LEN]]
        ids += [0] * (MAX_LEN - len(ids))
        return torch.tensor(ids), torch.tensor(label)


class TextCNN(nn.Module):
    def __init__(self, vocab_size, emb_dim=32, n_filters=16, widths=(2, 3, 4), n_classes=4):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=0)
        self.convs = nn.ModuleList([nn.Conv1d(emb_dim, n_filters, w) for w in widths])
        self.dropout = nn.Dropout(0.4)
        self.fc = nn.Linear(n_filters * len(widths), n_classes)

    def forward(self, ids):
        e = self.embedding(ids).transpose(1, 2)
        pooled = [F.relu(c(e)).max(dim=2).values for c in self.convs]
        return self.fc(self.dropout(torch.cat(pooled, dim=1)))


def train_epoch(model, loader, optimizer):
    model.train()
    loss_sum = 0.0
    for ids, labels in loader:
        loss = F.cross_entropy(model(ids), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * labels.size(0)
    return loss_sum / len(loader.dataset)


def evaluate(model, loader):
    model.eval()
    correct = 0
    with torch.no_grad():
        for ids, labels in loader:
            correct += (model(ids).argmax(dim=1) == labels).sum().item()
    return correct / len(loader.dataset)


train_loader = DataLoader(TextDataset(train_docs), batch_size=32, shuffle=True)
dev_loader = DataLoader(TextDataset(dev_docs), batch_size=100)
test_loader = DataLoader(TextDataset(test_docs), batch_size=100)
model = TextCNN(len(itos))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
best_dev = 0.0
for epoch in range(6):
    tr = train_epoch(model, train_loader, optimizer)
    dev = evaluate(model, dev_loader)
    if dev > best_dev:
        best_dev = dev
        torch.save(model.state_dict(), "textcnn.pt")
    print(f"epoch {epoch}: loss {tr:.4f} dev {dev:.3f}")
model.load_state_dict(torch.load("textcnn.pt"))
print("test", evaluate(model, test_loader))
