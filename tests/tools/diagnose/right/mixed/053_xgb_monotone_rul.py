"""RUL regression with monotone constraints; machines are the groups."""
import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.metrics import mean_absolute_error
from xgboost import XGBRegressor

s = pd.read_csv("sensors.csv").sort_values(["machine_id", "cycle"])
raw = ["vibration", "temperature", "pressure"]
g = s.groupby("machine_id")[raw]
for w in (5, 15):  # trailing windows: present and past only
    roll = g.rolling(w, min_periods=1).mean().reset_index(level=0, drop=True)
    s[[f"{c}_m{w}" for c in raw]] = roll
feats = [c for c in s.columns if c.startswith(tuple(raw))] + ["cycle"]
y = s["rul"].clip(upper=120)

up = {"vibration": -1, "temperature": -1, "pressure": 1}
mono = tuple(up.get(f.split("_")[0], 0) for f in feats)
for name, extra in (("free", {}), ("monotone", {"monotone_constraints": mono})):
    reg = XGBRegressor(n_estimators=150, max_depth=4, learning_rate=0.06, subsample=0.7, n_jobs=1, random_state=0, **extra)
    p = cross_val_predict(reg, s[feats], y, groups=s["machine_id"], cv=GroupKFold(5))
    late = s["rul"] < 30
    print(f"{name:9s} MAE {mean_absolute_error(y, p):.2f}  in the last 30 cycles {mean_absolute_error(y[late], p[late]):.2f}")
print("mean predictor MAE %.2f" % np.abs(y - y.mean()).mean())
