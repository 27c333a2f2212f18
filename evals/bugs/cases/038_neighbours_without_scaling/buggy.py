from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

X, y = load_wine(return_X_y=True, as_frame=True)
print(X.describe().loc[["min", "max"], ["alcohol", "proline"]])

knn = KNeighborsClassifier(n_neighbors=7)
scores = cross_val_score(knn, X, y, cv=5)
print(f"accuracy {scores.mean():.3f}")
