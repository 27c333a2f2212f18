# first exercise of the course: k nearest neighbours on iris
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

iris = load_iris()
X_train, X_test, y_train, y_test = train_test_split(iris.data, iris.target, test_size=0.3, random_state=0, stratify=iris.target)

pipe = Pipeline([("scaler", StandardScaler()), ("knn", KNeighborsClassifier())])
grid = GridSearchCV(pipe, {"knn__n_neighbors": [1, 3, 5, 7, 9, 11, 15], "knn__weights": ["uniform", "distance"]}, cv=5)
grid.fit(X_train, y_train)

print("best k:", grid.best_params_)
print("cv accuracy: {:.3f}".format(grid.best_score_))
print("test accuracy: {:.3f}".format(grid.score(X_test, y_test)))
