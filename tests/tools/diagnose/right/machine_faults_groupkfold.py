import pandas as pd
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, FunctionTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.dummy import DummyClassifier

readings = pd.read_csv("machine_readings.csv").sort_values(["machine", "t"], ignore_index=True)

# each machine compared with its own recent past (readings up to t-1 only, so usable online)
raw = ["temperature", "vibration", "rpm"]
per_machine = readings.groupby("machine")[raw]
past_mean = per_machine.transform(lambda s: s.shift(1).rolling(20, min_periods=5).mean())
delta = (readings[raw] - past_mean).add_suffix("_delta")
frame = pd.concat([readings, delta], axis=1).dropna()

X, y, g = frame[raw + list(delta)], frame["fault"], frame["machine"]
candidates = {
    "prior": DummyClassifier(strategy="prior"),
    "raw only": make_pipeline(FunctionTransformer(lambda d: d[raw]), StandardScaler(), LogisticRegression(class_weight="balanced")),
    "raw + delta": make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced")),
    "boosting": HistGradientBoostingClassifier(max_iter=60, learning_rate=0.08, class_weight="balanced", random_state=0),
}
print("fault rate %.3f, %d machines" % (y.mean(), g.nunique()))
for name, model in candidates.items():
    ap = cross_val_score(model, X, y, groups=g, cv=GroupKFold(n_splits=6), scoring="average_precision")
    print(f"{name:12s} AP on unseen machines = {ap.mean():.3f} +/- {ap.std():.3f}")
