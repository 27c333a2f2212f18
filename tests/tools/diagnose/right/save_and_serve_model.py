# Train, save with a small manifest, load in a "service" object and check that nothing changed on the way.
import json
import tempfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

CATS = ["grade", "purpose", "region"]
NUMS = ["income", "amount", "years_employed"]


def train(frame):
    enc = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    pre = ColumnTransformer([("cat", enc, CATS), ("num", "passthrough", NUMS)])
    hgb = HistGradientBoostingClassifier(categorical_features=list(range(len(CATS))), max_iter=80, learning_rate=0.06, random_state=0)
    return Pipeline([("pre", pre), ("hgb", hgb)]).fit(frame[CATS + NUMS], frame["defaulted"])


class Service:
    def __init__(self, folder):
        self.manifest = json.loads((folder / "manifest.json").read_text())
        if self.manifest["sklearn"] != sklearn.__version__:
            raise RuntimeError("model was saved by another scikit-learn version")
        self.model = joblib.load(folder / "model.joblib")

    def score(self, records):
        frame = pd.DataFrame.from_records(records, columns=self.manifest["columns"])
        frame[NUMS] = frame[NUMS].astype(float)   # None -> NaN
        return self.model.predict_proba(frame)[:, 1]


loans = pd.read_csv("loans.csv")
tr, te = train_test_split(loans, test_size=0.25, stratify=loans["defaulted"], random_state=21)
model = train(tr)
before = model.predict_proba(te[CATS + NUMS])[:, 1]

with tempfile.TemporaryDirectory() as tmp:
    folder = Path(tmp)
    joblib.dump(model, folder / "model.joblib", compress=3)
    (folder / "manifest.json").write_text(json.dumps({"columns": CATS + NUMS, "sklearn": sklearn.__version__}))
    service = Service(folder)
    after = service.score(te[CATS + NUMS].to_dict("records"))
    one = service.score([{"grade": "B", "purpose": "boat", "region": "R99", "income": 41000, "amount": 9000, "years_employed": None}])

np.testing.assert_allclose(before, after)
print(f"AUC {roc_auc_score(te['defaulted'], after):.3f}; a new applicant scores {one[0]:.3f}")
