import pandas as pd
import xgboost as xgb
from sklearn.metrics import average_precision_score, roc_auc_score

loans = pd.read_csv("loans.csv", parse_dates=["issue_date"]).sort_values("issue_date")

# older loans for training, newer for validation, the newest for the test
n = len(loans)
train, valid, test = loans.iloc[: int(n * 0.7)], loans.iloc[int(n * 0.7): int(n * 0.85)], loans.iloc[int(n * 0.85):]


def features(d):
    out = pd.DataFrame({
        "amount": d["amount"],
        "income": d["annual_income"],
        "ratio": d["amount"] / d["annual_income"],
        "employment": d["employment_years"],  # xgboost handles the missing values
        "grade": d["grade"].map({"A": 0, "B": 1, "C": 2, "D": 3, "E": 4}),
    })
    for h in ["RENT", "OWN", "MORTGAGE"]:
        out["home_" + h] = (d["home"] == h).astype(int)
    return out


model = xgb.XGBClassifier(
    n_estimators=500, learning_rate=0.05, max_depth=3, subsample=0.8, colsample_bytree=0.8,
    eval_metric="auc", early_stopping_rounds=30, random_state=0, n_jobs=1,
)
model.fit(features(train), train["defaulted"], eval_set=[(features(valid), valid["defaulted"])], verbose=100)
print("best iteration", model.best_iteration)

p = model.predict_proba(features(test))[:, 1]
print("test AUC", round(roc_auc_score(test["defaulted"], p), 3))
print("test AP ", round(average_precision_score(test["defaulted"], p), 3), "base rate", round(test["defaulted"].mean(), 3))
