from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=12)

tree = DecisionTreeClassifier(random_state=12)
tree.fit(X_train, y_train)

y_pred = tree.predict(X_test)
print("accuracy of the model:", accuracy_score(y_test, y_pred))
