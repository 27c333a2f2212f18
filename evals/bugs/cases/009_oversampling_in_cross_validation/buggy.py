import pandas as pd
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

data = pd.read_csv("fraud.csv")
target = data.pop("is_fraud")

resampled, labels = SMOTE(random_state=0).fit_resample(data, target)
model = make_pipeline(StandardScaler(), KNeighborsClassifier(5))
scores = cross_val_score(model, resampled, labels, cv=5, scoring="balanced_accuracy")
print("per fold:", scores.round(3))
print("mean balanced accuracy:", scores.mean().round(3))
