import pandas as pd
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

X, y = load_iris(return_X_y=True)
results = pd.DataFrame(columns=["C", "accuracy"])
for C in [0.01, 0.1, 1, 10]:
    score = cross_val_score(LogisticRegression(C=C, max_iter=500), X, y).mean()
    results.loc[len(results)] = {"C": C, "accuracy": score}
print(results.sort_values("accuracy"))
