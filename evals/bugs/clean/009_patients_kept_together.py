"""Visits of one patient never stand in two folds."""
# data: patients
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

visits = pd.read_csv("patients.csv")
X = visits.drop(columns=["patient_id", "diagnosis"])
cv = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=0)
model = make_pipeline(StandardScaler(), LogisticRegression())
scores = cross_val_score(model, X, visits["diagnosis"], groups=visits["patient_id"], cv=cv)
print("accuracy:", scores.mean())
