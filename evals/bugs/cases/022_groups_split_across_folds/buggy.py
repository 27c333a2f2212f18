import pandas as pd
from sklearn.model_selection import GroupKFold, KFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

visits = pd.read_csv("patients.csv")
markers = visits.filter(like="marker_")
diagnosis = visits["diagnosis"]
print(visits["patient_id"].nunique(), "patients,", len(visits), "visits")

model = KNeighborsClassifier(n_neighbors=3)
cv = KFold(n_splits=5, shuffle=True, random_state=0)
scores = cross_val_score(model, markers, diagnosis, cv=cv)
print(f"accuracy {scores.mean():.3f}")
