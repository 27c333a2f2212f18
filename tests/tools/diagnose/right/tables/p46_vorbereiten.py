# Vorbereitung in einer Funktion: beim Training wird gelernt, sonst nur angewandt.
import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUM = ["alter", "einkommen"]
KAT = ["beruf"]


def vorbereiten(df, werkzeuge=None):
    """Gibt (Matrix, Werkzeuge). Ohne Werkzeuge werden sie aus df gelernt."""
    if werkzeuge is None:
        werkzeuge = {
            "imp": SimpleImputer(strategy="median").fit(df[NUM]),
            "ohe": OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(df[KAT]),
        }
        werkzeuge["skal"] = StandardScaler().fit(werkzeuge["imp"].transform(df[NUM]))
    zahlen = werkzeuge["skal"].transform(werkzeuge["imp"].transform(df[NUM]))
    return np.hstack([zahlen, werkzeuge["ohe"].transform(df[KAT])]), werkzeuge


def daten(n, saat):
    z = np.random.default_rng(saat)
    df = pd.DataFrame({
        "alter": z.normal(45, 14, n).clip(18),
        "einkommen": z.lognormal(10.4, 0.5, n),
        "beruf": z.choice(["arzt", "lehrer", "koch", "fahrer"], n),
    })
    eta = 0.04 * (df["alter"] - 45) - 1.2 * (np.log(df["einkommen"]) - 10.4) + (df["beruf"] == "fahrer") - 0.4
    df["kauf"] = (z.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
    df.loc[z.random(n) < 0.07, "einkommen"] = np.nan
    return df


alle = daten(3000, 1)
print(alle.describe().loc[["mean", "std", "min", "max"]].round(1))

lern, test = train_test_split(alle, test_size=0.3, stratify=alle["kauf"], random_state=1)
X_lern, wz = vorbereiten(lern)
X_test, _ = vorbereiten(test, wz)
modell = LogisticRegression().fit(X_lern, lern["kauf"])
print("AUC Test:", round(roc_auc_score(test["kauf"], modell.predict_proba(X_test)[:, 1]), 3))

neu = pd.DataFrame({"alter": [30, 61], "einkommen": [np.nan, 25000.0], "beruf": ["pilot", "koch"]})
X_neu, _ = vorbereiten(neu, wz)
print("neue Kunden:", modell.predict_proba(X_neu)[:, 1].round(3))
