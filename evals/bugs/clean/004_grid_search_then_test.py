"""Tune by cross-validation on the training part, then look at the test part once."""
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1)
search = GridSearchCV(
    Pipeline([("pca", PCA(random_state=0)), ("svm", SVC())]),
    {"pca__n_components": [15, 30], "svm__C": [1, 10]},
    cv=3,
)
search.fit(X_train, y_train)
print("chosen:", search.best_params_)
print("test accuracy:", search.score(X_test, y_test))
