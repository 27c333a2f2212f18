from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_breast_cancer(return_X_y=True)
pipe = Pipeline([("scale", StandardScaler()), ("pca", PCA(10)), ("svm", SVC())])
params = {"svm__C": [0.1, 1, 10], "svm__gamma": ["scale", 0.01]}
search = GridSearchCV(pipe, params, cv=3)
search.fit(X, y)
print(search.best_params_, search.best_score_)
