"""Prequential evaluation: every batch is first predicted, then learned."""
import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.preprocessing import StandardScaler


def stream(n_batches, size, rng, drift_at):
    w = rng.normal(size=8)
    for b in range(n_batches):
        if b == drift_at:
            w = w + rng.normal(0, 1.5, size=8)
        X = rng.normal(2.0, 3.0, size=(size, 8))
        p = 1 / (1 + np.exp(-((X - 2) / 3) @ w))
        yield b, X, (rng.random(size) < p).astype(int)


rng = np.random.default_rng(40)
scaler = StandardScaler()
online = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.02, random_state=0)
frozen = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.02, random_state=0)
classes = np.array([0, 1])
history = []

for b, X, y in stream(60, 100, rng, drift_at=35):
    if b > 0:
        Z = scaler.transform(X)
        history.append((
            b,
            accuracy_score(y, online.predict(Z)),
            accuracy_score(y, frozen.predict(Z)),
            log_loss(y, online.predict_proba(Z), labels=classes),
        ))
    scaler.partial_fit(X)
    Z = scaler.transform(X)
    online.partial_fit(Z, y, classes=classes)
    if b < 20:
        frozen.partial_fit(Z, y, classes=classes)

h = np.array(history)
for lo, hi in [(1, 20), (20, 35), (35, 45), (45, 60)]:
    part = h[(h[:, 0] >= lo) & (h[:, 0] < hi)]
    print(f"batches {lo:2d}-{hi:2d}: online {part[:, 1].mean():.3f}  frozen {part[:, 2].mean():.3f}  log-loss {part[:, 3].mean():.3f}")
