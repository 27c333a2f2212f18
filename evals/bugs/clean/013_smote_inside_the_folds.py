"""imbalanced-learn's pipeline resamples the training part of each fold and nothing else."""
# needs: sklearn, imblearn
# data: fraud
import pandas as pd
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.preprocessing import RobustScaler

fraud = pd.read_csv("fraud.csv")
y = fraud.pop("is_fraud")
pipeline = Pipeline([
    ("scale", RobustScaler()),
    ("smote", SMOTE(random_state=0)),
    ("model", LogisticRegression(max_iter=1000)),
])
cv = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)
result = cross_validate(pipeline, fraud, y, cv=cv, scoring=["average_precision", "balanced_accuracy"])
print(result["test_average_precision"].mean(), result["test_balanced_accuracy"].mean())
