"""The inner search chooses, the outer folds judge."""
from sklearn.datasets import load_wine
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

X, y = load_wine(return_X_y=True)
inner = StratifiedKFold(4, shuffle=True, random_state=0)
outer = StratifiedKFold(5, shuffle=True, random_state=1)
knn = make_pipeline(MinMaxScaler(), KNeighborsClassifier())
search = GridSearchCV(knn, {"kneighborsclassifier__n_neighbors": [1, 5, 9, 15]}, cv=inner)
scores = cross_val_score(search, X, y, cv=outer)
print("nested accuracy:", scores.mean().round(3))
