import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(2)


def clinic(n, share_ill):
    """Blood values; the second clinic sees many more ill people."""
    ill = (rng.random(n) < share_ill).astype(int)
    values = rng.normal(0, 1, (n, 5)) + 2.2 * ill[:, None]
    return values, ill


X_train, y_train = clinic(600, 0.5)
X_test, y_test = clinic(300, 0.95)

scaler = StandardScaler()
scaler.fit(X_train)
parts = {"train": X_train, "test": X_test}
for name, part in parts.items():
    parts[name] = scaler.transform(part)

model = LogisticRegression().fit(parts["train"], y_train)
print("training accuracy", round(model.score(parts["train"], y_train), 3))
print("test accuracy", round(model.score(parts["test"], y_test), 3))
