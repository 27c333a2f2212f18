"""A confusion matrix of predictions that each row's own fold made."""
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

X, y = load_digits(return_X_y=True)
model = make_pipeline(MaxAbsScaler(), LogisticRegression(max_iter=1000))
predicted = cross_val_predict(model, X, y, cv=4)
print(confusion_matrix(y, predicted))
print(classification_report(y, predicted))
