import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, Dataset

# The distance is learnt from pairs of training images and judged on pairs of held-out images.


class Pairs(Dataset):
    """A fixed list of pairs, half of the same class and half of different classes."""

    def __init__(self, X, y, n_pairs, seed):
        rng = np.random.default_rng(seed)
        by_class = {c: np.flatnonzero(y == c) for c in np.unique(y)}
        self.X, self.items = torch.tensor(X, dtype=torch.float32), []
        for k in range(n_pairs):
            if k % 2 == 0:
                c = rng.choice(list(by_class))
                i, j = rng.choice(by_class[c], 2, replace=False)
            else:
                c, d = rng.choice(list(by_class), 2, replace=False)
                i, j = rng.choice(by_class[c]), rng.choice(by_class[d])
            self.items.append((int(i), int(j), float(k % 2 == 0)))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        i, j, same = self.items[k]
        return self.X[i], self.X[j], torch.tensor(same)


def contrastive_loss(d, same, margin=1.0):
    return (same * d.pow(2) + (1 - same) * F.relu(margin - d).pow(2)).mean()


torch.manual_seed(2)
X, y = load_digits(return_X_y=True)
X = X / 16
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.4, stratify=y, random_state=2)
train = DataLoader(Pairs(X_tr, y_tr, 6000, seed=0), batch_size=64, shuffle=True)
probe = DataLoader(Pairs(X_te, y_te, 1500, seed=1), batch_size=256)

embed = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 16))
optimiser = torch.optim.Adam(embed.parameters(), lr=1e-3)
for epoch in range(5):
    running = 0.0
    for a, b, same in train:
        distance = F.pairwise_distance(embed(a), embed(b))
        loss = contrastive_loss(distance, same)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        running += loss.item() * len(a)
    print(f"epoch {epoch}: {running / len(train.dataset):.4f}")

learnt, pixels, truth = [], [], []
with torch.no_grad():
    for a, b, same in probe:
        learnt.append(F.pairwise_distance(embed(a), embed(b)))
        pixels.append(F.pairwise_distance(a, b))
        truth.append(same)
truth = torch.cat(truth).numpy()
print("same/different AUC on held-out images: learnt %.3f, raw pixels %.3f"
      % (roc_auc_score(truth, -torch.cat(learnt).numpy()), roc_auc_score(truth, -torch.cat(pixels).numpy())))
