import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.cluster import KMeans
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


class ClusterRBF(BaseEstimator, TransformerMixin):
    """Similarity to k-means centres found in the data of fit."""

    def __init__(self, n_clusters=10, gamma=1.0, random_state=None):
        self.n_clusters = n_clusters
        self.gamma = gamma
        self.random_state = random_state

    def fit(self, X, y=None):
        self.kmeans_ = KMeans(self.n_clusters, n_init=3, random_state=self.random_state).fit(X)
        return self

    def transform(self, X):
        return np.exp(-self.gamma * self.kmeans_.transform(X) ** 2)


X, y = make_moons(1200, noise=0.25, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
pipe = Pipeline([("sc", StandardScaler()), ("rbf", ClusterRBF(random_state=0)), ("lr", LogisticRegression(max_iter=500))])
gs = GridSearchCV(pipe, {"rbf__n_clusters": [4, 10, 25], "rbf__gamma": [0.3, 1, 3]}, cv=4).fit(X_train, y_train)
plain = Pipeline([("sc", StandardScaler()), ("lr", LogisticRegression())]).fit(X_train, y_train)
print(gs.best_params_, "cv", round(gs.best_score_, 3))
print("test: cluster features", round(accuracy_score(y_test, gs.predict(X_test)), 3), "plain", round(accuracy_score(y_test, plain.predict(X_test)), 3))
