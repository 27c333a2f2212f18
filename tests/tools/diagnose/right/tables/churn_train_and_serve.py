"""Train, save with joblib, load in a serving function and answer requests."""
import json
import tempfile
from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

CONFIG = {
    "data": "data/telco_churn.csv",
    "target": "Churn",
    "numeric": ["tenure", "MonthlyCharges", "SeniorCitizen"],
    "categorical": ["Contract", "InternetService", "PaymentMethod"],
    "model": {"n_estimators": 120, "min_samples_leaf": 8, "random_state": 0},
}


def train(config, out: Path):
    df = pd.read_csv(config["data"])
    X = df[config["numeric"] + config["categorical"]]
    y = df[config["target"]].eq("Yes").astype(int)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
    model = Pipeline([
        ("prep", ColumnTransformer([
            ("keep", "passthrough", config["numeric"]),
            ("cat", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), config["categorical"])])),
        ("rf", RandomForestClassifier(**config["model"]))])
    model.fit(X_train, y_train)
    auc = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
    joblib.dump({"model": model, "columns": list(X.columns), "test_auc": auc}, out)
    return auc


class Service:
    def __init__(self, path):
        bundle = joblib.load(path)
        self.model, self.columns = bundle["model"], bundle["columns"]

    def predict(self, payload: str) -> str:
        rows = pd.DataFrame(json.loads(payload))
        missing = [c for c in self.columns if c not in rows]
        if missing:
            return json.dumps({"error": f"missing {missing}"})
        p = self.model.predict_proba(rows[self.columns])[:, 1]
        return json.dumps({"churn_probability": [round(float(v), 3) for v in p]})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as d:
        path = Path(d) / "churn.joblib"
        print("test AUC", round(train(CONFIG, path), 3))
        service = Service(path)
        print(service.predict(json.dumps([
            {"tenure": 2, "MonthlyCharges": 95.0, "SeniorCitizen": 0, "Contract": "Month-to-month",
             "InternetService": "Fiber optic", "PaymentMethod": "Electronic check"},
            {"tenure": 60, "MonthlyCharges": 25.0, "SeniorCitizen": 1, "Contract": "Two year",
             "InternetService": "Satellite", "PaymentMethod": "Mailed check"}])))
        print(service.predict(json.dumps([{"tenure": 2}])))
