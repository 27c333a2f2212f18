import json
from pathlib import Path

import joblib
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import GridSearchCV, KFold, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler

X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.25, random_state=3)

curved = ["bmi", "bp", "s5"]
linear = [c for c in X.columns if c not in curved]
pipe = Pipeline([
    ("cols", ColumnTransformer([
        ("spline", SplineTransformer(n_knots=4, degree=3), curved),
        ("scale", StandardScaler(), linear),
    ])),
    ("ridge", Ridge()),
])

search = GridSearchCV(
    pipe,
    {"ridge__alpha": np.logspace(-2, 3, 11), "cols__spline__n_knots": [3, 4, 6]},
    scoring="neg_mean_absolute_error",
    cv=KFold(5, shuffle=True, random_state=0),
)
search.fit(X_dev, y_dev)

pred = search.predict(X_test)
report = {
    "best_params": {k: float(v) for k, v in search.best_params_.items()},
    "cv_mae": -float(search.best_score_),
    "test_mae": float(mean_absolute_error(y_test, pred)),
    "test_r2": float(r2_score(y_test, pred)),
    "baseline_mae": float(mean_absolute_error(y_test, np.full(len(y_test), y_dev.median()))),
}
print(json.dumps(report, indent=2))

shipped = pipe.set_params(**search.best_params_).fit(X, y)
out = Path("artifacts")
out.mkdir(exist_ok=True)
joblib.dump(shipped, out / "diabetes_ridge.joblib")
(out / "report.json").write_text(json.dumps(report))
print("saved", sorted(p.name for p in out.iterdir()))
