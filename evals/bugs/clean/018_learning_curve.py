"""How the score grows with the number of rows."""
from sklearn.datasets import load_digits
from sklearn.model_selection import learning_curve
from sklearn.naive_bayes import GaussianNB

X, y = load_digits(return_X_y=True)
sizes, train_scores, test_scores = learning_curve(
    GaussianNB(), X, y, cv=5, shuffle=True, random_state=0, train_sizes=[0.2, 0.5, 1.0]
)
for size, seen, unseen in zip(sizes, train_scores.mean(axis=1), test_scores.mean(axis=1)):
    print(f"{size:5d} rows: {seen:.3f} on training rows, {unseen:.3f} on others")
