import time
import numpy as np
from sklearn import datasets, metrics, svm
from sklearn.model_selection import train_test_split, GridSearchCV

digits = datasets.load_digits()
n_samples = len(digits.images)
data = digits.images.reshape((n_samples, -1)) / 16.0

X_train, X_test, y_train, y_test = train_test_split(data, digits.target, test_size=0.5, random_state=5)

start = time.perf_counter()
search = GridSearchCV(svm.SVC(), {'C': [1, 10], 'gamma': ['scale', 0.05]}, cv=3)
search.fit(X_train, y_train)
print('search took %.1f s, best %s' % (time.perf_counter() - start, search.best_params_))

predicted = search.predict(X_test)
print(metrics.classification_report(y_test, predicted))
cm = metrics.confusion_matrix(y_test, predicted)
np.fill_diagonal(cm, 0)
a, b = np.unravel_index(cm.argmax(), cm.shape)
print(f'most frequent mistake: a {a} read as {b} ({cm[a, b]} times)')
