from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_wine(return_X_y=True, as_frame=True)
print(X.describe().loc[["min", "max"], ["alcohol", "proline"]])

knn = make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=7))
scores = cross_val_score(knn, X, y, cv=5)
print(f"accuracy {scores.mean():.3f}")
