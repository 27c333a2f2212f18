# Kampagne einer Bank: wer soll angerufen werden?
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

KOSTEN_ANRUF, ERTRAG = 5.0, 40.0


def lade_daten(pfad):
    daten = pd.read_csv(pfad, sep=";")
    ziel = (daten.pop("y") == "yes").astype(int)
    daten["neu"] = (daten["previous"] == 0).astype(int)
    return daten, ziel


def baue(modell):
    vor = ColumnTransformer([
        ("zahl", StandardScaler(), ["age", "balance", "campaign", "previous", "neu"]),
        ("stadt", TargetEncoder(cv=StratifiedKFold(5, shuffle=True, random_state=0)), ["city"]),
        ("rest", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["job", "marital", "education", "housing", "loan"]),
    ])
    return Pipeline([("vor", vor), ("modell", modell)])


def gewinn_kurve(y, p):
    reihenfolge = np.argsort(-p)
    return np.cumsum(ERTRAG * np.asarray(y)[reihenfolge] - KOSTEN_ANRUF), reihenfolge


daten, ziel = lade_daten("data/bank_marketing.csv")
X_tr, X_rest, y_tr, y_rest = train_test_split(daten, ziel, test_size=0.5, stratify=ziel, random_state=1)
X_val, X_te, y_val, y_te = train_test_split(X_rest, y_rest, test_size=0.5, stratify=y_rest, random_state=1)

kandidaten = {"logistisch": baue(LogisticRegression(max_iter=500)),
              "boosting": baue(HistGradientBoostingClassifier(max_depth=3, max_iter=60, random_state=0))}
guete = {n: cross_val_score(m, X_tr, y_tr, cv=StratifiedKFold(4, shuffle=True, random_state=0), scoring="roc_auc").mean()
         for n, m in kandidaten.items()}
print({n: round(float(g), 3) for n, g in guete.items()})
modell = kandidaten[max(guete, key=guete.get)].fit(X_tr, y_tr)

p_val = modell.predict_proba(X_val)[:, 1]
kurve, ordnung = gewinn_kurve(y_val, p_val)
schwelle = p_val[ordnung[kurve.argmax()]]
p_te = modell.predict_proba(X_te)[:, 1]
anruf = p_te >= schwelle
gewinn = (ERTRAG * y_te[anruf] - KOSTEN_ANRUF).sum()
alle = (ERTRAG * y_te - KOSTEN_ANRUF).sum()
print(f"Schwelle {schwelle:.3f}, Anrufe {anruf.sum()} von {len(y_te)}")
print(f"Test: AUC {roc_auc_score(y_te, p_te):.3f}, Gewinn {gewinn:.0f}, alle anrufen {alle:.0f}")
