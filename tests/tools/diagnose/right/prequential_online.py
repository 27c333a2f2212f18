# Stream of reviews: every batch is first predicted, and only then learnt from (test-then-train).
import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score
from sklearn.naive_bayes import MultinomialNB

CLASSES = np.array(["neg", "pos"])
BATCH = 60


def batches(path):
    for chunk in pd.read_csv(path, chunksize=BATCH):
        yield chunk["text"], chunk["label"].to_numpy()


hasher = HashingVectorizer(n_features=2**14, alternate_sign=False, norm=None)  # stateless
models = {"sgd": SGDClassifier(loss="log_loss", alpha=1e-4, random_state=0), "multinomial": MultinomialNB()}
seen, history = 0, {k: [] for k in models}

for i, (text, labels) in enumerate(batches("reviews.csv")):
    X = hasher.transform(text)
    for name, model in models.items():
        if i > 0:
            history[name].append((len(labels), accuracy_score(labels, model.predict(X))))
        model.partial_fit(X, labels, classes=CLASSES)
    seen += len(labels)

for name, h in history.items():
    n, acc = np.array(h).T
    print(f"{name:12s} prequential accuracy {np.average(acc, weights=n):.3f} (first five {acc[:5].mean():.3f}, last five {acc[-5:].mean():.3f})")
print(seen, "reviews")
