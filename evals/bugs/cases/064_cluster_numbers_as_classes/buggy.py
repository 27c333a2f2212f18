from sklearn.cluster import KMeans
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler

X, y = load_wine(return_X_y=True)
X = StandardScaler().fit_transform(X)
clusters = KMeans(n_clusters=3, n_init=10, random_state=1).fit_predict(X)
print("agreement with the growers:", round(accuracy_score(y, clusters), 3))
