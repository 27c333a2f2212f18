"""Telco churn: baseline against two candidates, one final test."""
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

df = pd.read_csv("data/telco_churn.csv")
df["TotalCharges"] = pd.to_numeric(df["TotalCharges"], errors="coerce")
df = df.drop(columns="customerID")
print(df.shape, df["Churn"].value_counts(normalize=True).to_dict())

X = df.drop(columns="Churn")
y = (df["Churn"] == "Yes").astype(int)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.2, stratify=y, random_state=42)

num = ["tenure", "MonthlyCharges", "TotalCharges"]
cat = ["gender", "Contract", "InternetService", "PaymentMethod"]

def make(model):
    prep = ColumnTransformer([
        ("num", Pipeline([("imp", SimpleImputer(strategy="median")), ("sc", StandardScaler())]), num),
        ("cat", OneHotEncoder(handle_unknown="ignore"), cat),
    ], remainder="passthrough")
    return Pipeline([("prep", prep), ("clf", model)])

candidates = {
    "logreg": make(LogisticRegression(max_iter=1000)),
    "rf": make(RandomForestClassifier(n_estimators=100, min_samples_leaf=5, random_state=0)),
    "gb": make(GradientBoostingClassifier(n_estimators=80, max_depth=2, random_state=0)),
}
cv = StratifiedKFold(5, shuffle=True, random_state=1)
scores = {}
for name, pipe in candidates.items():
    s = cross_val_score(pipe, X_train, y_train, cv=cv, scoring="roc_auc")
    scores[name] = s.mean()
    print(f"{name:8s} AUC {s.mean():.3f} +/- {s.std():.3f}")

best = max(scores, key=scores.get)
final = candidates[best].fit(X_train, y_train)
proba = final.predict_proba(X_test)[:, 1]
print("chosen:", best, "test AUC:", round(roc_auc_score(y_test, proba), 3))
print(classification_report(y_test, final.predict(X_test), target_names=["stay", "churn"]))
