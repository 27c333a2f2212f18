"""Train, save weights and scaling together, reload in a fresh object, predict."""
import io

import torch
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from torch import nn


def build(hidden):
    return nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, 3))


def train(buffer):
    torch.manual_seed(0)
    X, y = load_iris(return_X_y=True)
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
    X_tr, y_tr = torch.tensor(X_tr, dtype=torch.float32), torch.tensor(y_tr)
    mean, std = X_tr.mean(0), X_tr.std(0)
    net = build(16)
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(150):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net((X_tr - mean) / std), y_tr)
        loss.backward()
        opt.step()
    torch.save({"hidden": 16, "weights": net.state_dict(), "mean": mean, "std": std,
                "classes": ["setosa", "versicolor", "virginica"]}, buffer)
    return X_te, y_te


class Predictor:
    def __init__(self, buffer):
        ck = torch.load(buffer, weights_only=True)
        self.net = build(ck["hidden"])
        self.net.load_state_dict(ck["weights"])
        self.net.eval()
        self.mean, self.std, self.classes = ck["mean"], ck["std"], ck["classes"]

    @torch.inference_mode()
    def __call__(self, rows):
        x = (torch.as_tensor(rows, dtype=torch.float32) - self.mean) / self.std
        return self.net(x).softmax(-1)


buf = io.BytesIO()
X_te, y_te = train(buf)
buf.seek(0)
predict = Predictor(buf)
p = predict(X_te)
print("test accuracy %.3f" % (p.argmax(1).numpy() == y_te).mean())
for row, prob in list(zip(X_te, p))[:5]:
    print(row, predict.classes[prob.argmax()], f"{prob.max():.2f}")
