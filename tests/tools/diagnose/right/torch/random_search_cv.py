import itertools
import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_moons
from sklearn.metrics import classification_report
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn


class TorchMLPClassifier(ClassifierMixin, BaseEstimator):
    def __init__(self, hidden=16, n_layers=1, lr=1e-2, weight_decay=0.0, epochs=20, batch_size=32, random_state=0):
        self.hidden = hidden
        self.n_layers = n_layers
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state

    def fit(self, X, y):
        torch.manual_seed(self.random_state)
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.n_features_in_ = X.shape[1]
        widths = [X.shape[1]] + [self.hidden] * self.n_layers
        layers = list(itertools.chain.from_iterable((nn.Linear(a, b), nn.ReLU()) for a, b in zip(widths, widths[1:])))
        self.module_ = nn.Sequential(*layers, nn.Linear(widths[-1], len(self.classes_)))
        Xt, yt = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(codes)
        opt = torch.optim.Adam(self.module_.parameters(), lr=self.lr, weight_decay=self.weight_decay)
        self.loss_curve_ = []
        for _ in range(self.epochs):
            total = 0.0
            for idx in torch.randperm(len(Xt)).split(self.batch_size):
                opt.zero_grad()
                loss = nn.functional.cross_entropy(self.module_(Xt[idx]), yt[idx])
                loss.backward()
                opt.step()
                total += loss.item() * len(idx)
            self.loss_curve_.append(total / len(Xt))
        return self

    def predict_proba(self, X):
        self.module_.eval()
        with torch.no_grad():
            return self.module_(torch.as_tensor(X, dtype=torch.float32)).softmax(1).numpy()

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(1)]


X, y = make_moons(600, noise=0.25, random_state=0)
y = np.where(y == 1, "upper", "lower")
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)

pipe = make_pipeline(StandardScaler(), TorchMLPClassifier())
search = RandomizedSearchCV(
    pipe,
    {
        "torchmlpclassifier__hidden": [8, 16, 32],
        "torchmlpclassifier__n_layers": [1, 2],
        "torchmlpclassifier__lr": [3e-3, 1e-2, 3e-2],
        "torchmlpclassifier__weight_decay": [0.0, 1e-4, 1e-3],
    },
    n_iter=5,
    cv=StratifiedKFold(3, shuffle=True, random_state=0),
    scoring="accuracy",
    random_state=0,
)
search.fit(X_train, y_train)
print(search.best_params_, round(search.best_score_, 4))
print(classification_report(y_test, search.predict(X_test)))
