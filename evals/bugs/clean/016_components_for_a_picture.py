"""Two principal components of all rows, for looking at, not for a score."""
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.preprocessing import scale

iris = load_iris()
flat = PCA(n_components=2).fit_transform(scale(iris.data))
for kind, name in enumerate(iris.target_names):
    middle = flat[iris.target == kind].mean(axis=0)
    print(f"{name:12s} {middle[0]:6.2f} {middle[1]:6.2f}")
