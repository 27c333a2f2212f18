"""Choose on the validation part, report on the test part."""
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

X, y = load_diabetes(return_X_y=True)
X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, random_state=5)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=5)

best_error, best_alpha = np.inf, None
for alpha in (0.001, 0.01, 0.1, 1.0, 10.0):
    model = Ridge(alpha=alpha).fit(X_train, y_train)
    error = mean_absolute_error(y_val, model.predict(X_val))
    if error < best_error:
        best_error, best_alpha = error, alpha

final = Ridge(alpha=best_alpha).fit(X_rest, y_rest)
print("alpha", best_alpha, "test MAE", mean_absolute_error(y_test, final.predict(X_test)))
