from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

iris = load_iris()
X_train, y_train, X_test, y_test = train_test_split(iris.data, iris.target, test_size=0.3, random_state=0)

svm = SVC(kernel="rbf", gamma="scale")
svm.fit(X_train, y_train)
print(svm.score(X_test, y_test))
