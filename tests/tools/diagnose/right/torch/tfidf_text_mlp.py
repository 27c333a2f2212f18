"""Sentiment of synthetic reviews: tf-idf features + a small MLP, saved and reloaded for inference."""
import io
import random

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from sklearn.model_selection import train_test_split
from torch import nn

POS = "great lovely excellent superb enjoyable charming brilliant".split()
NEG = "awful boring terrible dull weak disappointing horrible".split()
NEUTRAL = "the film story actor scene music plot camera ending dialogue was with and a very".split()


def generate_review(rng):
    label = rng.random() < 0.5
    words = [rng.choice(NEUTRAL) for _ in range(rng.randint(8, 15))]
    main, other = (POS, NEG) if label else (NEG, POS)
    words += [rng.choice(main) for _ in range(2)]
    if rng.random() < 0.4:
        words.append(rng.choice(other))
    rng.shuffle(words)
    return " ".join(words), int(label)


def to_tensor(sparse):
    return torch.from_numpy(sparse.toarray().astype(np.float32))


def main():
    rng = random.Random(4)
    torch.manual_seed(4)
    texts, labels = zip(*(generate_review(rng) for _ in range(800)))
    tr_t, te_t, tr_y, te_y = train_test_split(texts, labels, test_size=0.25, random_state=4, stratify=labels)
    vec = TfidfVectorizer(min_df=2)
    X_tr = to_tensor(vec.fit_transform(tr_t))
    X_te = to_tensor(vec.transform(te_t))
    y_tr = torch.tensor(tr_y)

    model = nn.Sequential(nn.Linear(X_tr.shape[1], 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(10):
        model.train()
        epoch_loss = 0.0
        for idx in torch.randperm(len(X_tr)).split(50):
            optimizer.zero_grad()
            loss = criterion(model(X_tr[idx]), y_tr[idx])
            loss.backward()
            optimizer.step()
            epoch_loss += loss.item() * len(idx)
        print(f"Epoch {epoch + 1:2d} | loss {epoch_loss / len(X_tr):.4f}")

    buf = io.BytesIO()
    torch.save(model.state_dict(), buf)
    buf.seek(0)
    served = nn.Sequential(nn.Linear(X_tr.shape[1], 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2))
    served.load_state_dict(torch.load(buf))
    served.eval()
    with torch.no_grad():
        pred = served(X_te).argmax(dim=1).numpy()
    print("accuracy", accuracy_score(te_y, pred), "f1", f1_score(te_y, pred))
    print(confusion_matrix(te_y, pred))
    with torch.no_grad():
        probs = served(to_tensor(vec.transform(["a superb and charming story", "very dull plot"]))).softmax(-1)
    print(probs)


if __name__ == "__main__":
    main()
