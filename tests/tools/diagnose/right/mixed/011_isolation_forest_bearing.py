"""Anomaly detection trained on healthy cycles only; labels serve for the evaluation."""
import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

s = pd.read_csv("sensors.csv")
s["faulty"] = (s["rul"] <= 15).astype(int)
cols = ["vibration", "temperature", "pressure"]

gss = GroupShuffleSplit(n_splits=1, test_size=0.3, random_state=9)
tr, te = next(gss.split(s, groups=s["machine_id"]))
train, test = s.iloc[tr], s.iloc[te]
healthy = train[train["rul"] > 60]

det = make_pipeline(RobustScaler(), IsolationForest(n_estimators=200, random_state=0))
det.fit(healthy[cols])

# score_samples: the lower, the more abnormal
anomaly = -det.score_samples(test[cols])
print("machines in test:", test["machine_id"].nunique())
print("ROC AUC  %.3f" % roc_auc_score(test["faulty"], anomaly))
print("AP       %.3f (prevalence %.3f)" % (average_precision_score(test["faulty"], anomaly), test["faulty"].mean()))

alarm = np.quantile(-det.score_samples(healthy[cols]), 0.99)
print("alarm rate among faulty: %.2f, among healthy: %.2f" % (
    (anomaly[test["faulty"] == 1] > alarm).mean(), (anomaly[test["faulty"] == 0] > alarm).mean()))
