# prediction intervals for rents: three quantile models and a coverage check
import pandas as pd
from sklearn.metrics import mean_pinball_loss
from sklearn.model_selection import train_test_split
from xgboost import XGBRegressor

rent = pd.read_csv("mieten.csv")
rent["bezirk"] = rent["bezirk"].astype("category")
X, y = rent.drop(columns="miete"), rent["miete"]
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, random_state=2)

quantiles = [0.1, 0.5, 0.9]
pred = {}
for q in quantiles:
    reg = XGBRegressor(objective="reg:quantileerror", quantile_alpha=q, n_estimators=120,
                       max_depth=2, learning_rate=0.08, min_child_weight=10, enable_categorical=True, n_jobs=1)
    reg.fit(X_tr, y_tr)
    pred[q] = reg.predict(X_te)
    print(f"q={q}: pinball loss {mean_pinball_loss(y_te, pred[q], alpha=q):.2f}")

inside = (y_te >= pred[0.1]) & (y_te <= pred[0.9])
print(f"nominal coverage 80 %, observed on the test part {inside.mean():.1%}")
print(f"mean width {(pred[0.9] - pred[0.1]).mean():.0f} EUR")
