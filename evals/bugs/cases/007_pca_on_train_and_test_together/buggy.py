import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

digits = load_digits()
x_tr, x_te, y_tr, y_te = train_test_split(digits.data, digits.target, random_state=3)

# compress to 20 components
pca = PCA(n_components=20, random_state=0)
both = pca.fit_transform(np.vstack([x_tr, x_te]))
x_tr = both[: len(x_tr)]
x_te = both[len(x_tr):]

svc = SVC(C=5)
svc.fit(x_tr, y_tr)
print("variance kept: %.2f" % pca.explained_variance_ratio_.sum())
print("accuracy: %.4f" % accuracy_score(y_te, svc.predict(x_te)))
